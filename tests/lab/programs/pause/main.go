package main

import (
	"os"
	"os/signal"
	"syscall"
)

func main() { // holds a pod's namespaces until it is told to go
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, syscall.SIGINT, syscall.SIGTERM)
	<-stop
}
