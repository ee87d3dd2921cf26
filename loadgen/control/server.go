package control

import (
	"context"
	"crypto/subtle"
	"fmt"
	"net"
	"net/http"
	"strings"
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

// Listen serves the API of run on address; without a host that is on loopback alone, and port 0 takes a free one. With a
// token, changes are taken only from those who send it ("Authorization: Bearer TOKEN"); without one, an address that others
// can reach takes none.
func Listen(address string, run Run, token string) (*Server, error) {
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
		Handler: guard(Handler(run), token, Open(l.Addr().String())), ReadTimeout: readWithin, WriteTimeout: writeWithin, IdleTimeout: idleWithin,
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

// Open says whether an address that is listened on can be reached from other machines.
func Open(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return true
	}
	ip := net.ParseIP(host)
	return host != "" && host != "localhost" && (ip == nil || !ip.IsLoopback())
}

// guard lets questions through, and changes from those who may make them.
func guard(next http.Handler, token string, open bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		scheme, given, _ := strings.Cut(r.Header.Get("Authorization"), " ")
		if !strings.EqualFold(scheme, "Bearer") { // RFC 9110, 11.1: in any case
			given = ""
		}
		switch asks := r.Method == http.MethodGet || r.Method == http.MethodHead; {
		case asks, token == "" && !open, token != "" && subtle.ConstantTimeCompare([]byte(given), []byte(token)) == 1:
			next.ServeHTTP(w, r)
		case token == "":
			fail(w, http.StatusForbidden, "others can reach this address: changes are taken with a token only (-api-token)")
		default:
			w.Header().Set("WWW-Authenticate", "Bearer")
			fail(w, http.StatusUnauthorized, "changes want the token in Authorization: Bearer TOKEN")
		}
	})
}
