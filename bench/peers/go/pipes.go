//go:build winio

package main

import (
	"net"

	"github.com/Microsoft/go-winio"
)

func listenPipe(path string, messages bool) (net.Listener, error) {
	return winio.ListenPipe(path, &winio.PipeConfig{
		MessageMode:      messages,
		InputBufferSize:  bufferSize,
		OutputBufferSize: bufferSize,
	})
}
