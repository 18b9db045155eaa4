//go:build winio

package main

import (
	"net"
	"time"

	"github.com/Microsoft/go-winio"
)

// Kept for as long as the process lives.
var holder net.Conn

func listenPipe(path string, messages bool) (net.Listener, error) {
	listener, err := winio.ListenPipe(path, &winio.PipeConfig{
		MessageMode:      messages,
		InputBufferSize:  bufferSize,
		OutputBufferSize: bufferSize,
	})
	if err == nil {
		takeFirst(path)
	}
	return listener, err
}

// go-winio keeps the name by an instance that it opens without any access:
// Windows lets nobody connect to it. Wine does, and whoever connects first
// would wait for ever, so it is this process.
func takeFirst(path string) {
	patience := 50 * time.Millisecond
	holder, _ = winio.DialPipe(path, &patience)
}
