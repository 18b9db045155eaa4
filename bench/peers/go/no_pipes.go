//go:build !winio

package main

import (
	"errors"
	"net"
)

// Go's own library has no named pipes.
func listenPipe(string, bool) (net.Listener, error) {
	return nil, errors.New("cannot listen on a pipe: go-winio is missing")
}
