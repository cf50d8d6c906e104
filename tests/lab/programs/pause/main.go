package main

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

func main() { // holds a pod's namespaces until it is told to go
	if len(os.Args) > 1 && os.Args[1] == "-v" { // kubeadm upgrade has a Job ask
		fmt.Println("pause of the lab")
		return
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM)
	<-stop
}
