package control

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"time"
)

// How long a client may take.
const (
	readWithin  = 5 * time.Second
	writeWithin = 10 * time.Second
	idleWithin  = time.Minute
	closeWithin = time.Second
)

// Server is a listening REST API.
type Server struct {
	// Addr is where it listens, "127.0.0.1:6565" say.
	Addr   string
	server *http.Server
}

// Listen serves the API of run on address; without a host that is on loopback alone, and port 0 takes a free one.
func Listen(address string, run Run) (*Server, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, fmt.Errorf("the REST API's address %q: want HOST:PORT, such as localhost:6565: %w", address, err)
	}
	if host == "" {
		host = "localhost"
	}
	l, err := net.Listen("tcp", net.JoinHostPort(host, port))
	if err != nil {
		return nil, fmt.Errorf("listen for the REST API: %w", err)
	}
	s := &Server{Addr: l.Addr().String(), server: &http.Server{
		Handler: Handler(run), ReadTimeout: readWithin, WriteTimeout: writeWithin, IdleTimeout: idleWithin,
		MaxHeaderBytes: maxBody,
	}}
	go s.server.Serve(l) // ends with ErrServerClosed
	return s, nil
}

// Close ends the API, giving requests under way a second.
func (s *Server) Close() error {
	ctx, cancel := context.WithTimeout(context.Background(), closeWithin)
	defer cancel()
	if err := s.server.Shutdown(ctx); err != nil {
		return s.server.Close()
	}
	return nil
}
