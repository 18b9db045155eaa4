// A server by Go's net and go-winio, a goroutine for each connection.
//
//	bench-go.exe TRANSPORT ROLE ADDRESS
//
// The arguments are those of server.c. It serves until it is killed.
package main

import (
	"log"
	"net"
	"os"
)

const bufferSize = 65536

var roles = map[string]func(net.Conn) error{
	"echo":   echo,
	"sink":   sink,
	"source": source,
}

func echo(conn net.Conn) error {
	buffer := make([]byte, bufferSize)
	for {
		count, err := conn.Read(buffer)
		if err != nil {
			return err
		}
		if _, err := conn.Write(buffer[:count]); err != nil {
			return err
		}
	}
}

func sink(conn net.Conn) error {
	buffer := make([]byte, bufferSize)
	for {
		if _, err := conn.Read(buffer); err != nil {
			return err
		}
	}
}

func source(conn net.Conn) error {
	buffer := make([]byte, bufferSize)
	for {
		if _, err := conn.Write(buffer); err != nil {
			return err
		}
	}
}

// Go sends without delay by itself.
func listen(transport, address string) (net.Listener, error) {
	if transport == "tcp" {
		return net.Listen("tcp", "127.0.0.1:"+address)
	}
	return listenPipe(address, transport == "message")
}

// Clients end as they like, so errors are left alone.
func serve(conn net.Conn, role func(net.Conn) error) {
	defer conn.Close()
	_ = role(conn)
}

func main() {
	if len(os.Args) != 4 {
		log.Fatal("Cannot start: three arguments are needed")
	}
	role, ok := roles[os.Args[2]]
	if !ok {
		log.Fatalf("Cannot play the role %q", os.Args[2])
	}
	listener, err := listen(os.Args[1], os.Args[3])
	if err != nil {
		log.Fatal(err)
	}
	for {
		conn, err := listener.Accept()
		if err != nil {
			log.Fatal(err)
		}
		go serve(conn, role)
	}
}
