// agent takes a port and answers on it: what a machine's own software may do to one of the kubelet's.
package main

import (
	"log"
	"net/http"
	"os"
)

func main() {
	log.Fatal(http.ListenAndServe(os.Args[1], http.NotFoundHandler()))
}
