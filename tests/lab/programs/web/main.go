// web is the test image's own program. Under its own name it answers HTTP on port 8080 with the
// name of its host, a log line for each request; as wget and nslookup it does what those do, as
// far as tests need it. (Debian's static busybox crashes when it resolves a name.)
package main

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

func main() {
	act := map[string]func(string) error{"wget": fetch, "nslookup": resolve}[filepath.Base(os.Args[0])]
	if act == nil {
		act = serve
	}
	if err := act(target(os.Args[1:])); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// target is the last argument that is no flag: `wget -q -O - -T 5 URL` gives the URL.
func target(arguments []string) string {
	for i := len(arguments) - 1; i >= 0; i-- {
		if !strings.HasPrefix(arguments[i], "-") {
			return arguments[i]
		}
	}
	return ""
}

func serve(string) error {
	name, err := os.Hostname()
	if err != nil {
		return err
	}
	return http.ListenAndServe(":8080", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Println(r.Method, r.URL.Path, r.RemoteAddr)
		fmt.Fprintln(w, name)
	}))
}

func fetch(url string) error {
	if !strings.Contains(url, "://") {
		url = "http://" + url
	}
	client := http.Client{Timeout: 5 * time.Second}
	answer, err := client.Get(url)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode >= 400 {
		return fmt.Errorf("server answered %s", answer.Status)
	}
	_, err = io.Copy(os.Stdout, answer.Body)
	return err
}

func resolve(name string) error {
	addresses, err := net.LookupHost(name)
	for _, address := range addresses {
		fmt.Println("Address:", address)
	}
	return err
}
