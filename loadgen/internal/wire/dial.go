package wire

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"time"
)

// connect makes the socket to host and port, noting how long the look-up and the connection took.
func (n *Network) connect(ctx context.Context, local netip.Addr, host, port string, t *Timing) (net.Conn, error) {
	switch {
	case n.memory != nil:
		return n.memory.dial()
	case n.config.UnixSocket != "":
		return n.dial(ctx, "unix", n.config.UnixSocket, netip.Addr{}, t)
	}
	addrs, port, err := n.addresses(ctx, host, port, t)
	if err != nil {
		return nil, err
	}
	var socket net.Conn
	for _, a := range addrs {
		socket, err = n.dial(ctx, "tcp", net.JoinHostPort(a.String(), port), local, t)
		if err == nil || ctx.Err() != nil {
			break
		}
	}
	return socket, err
}

// addresses is where host may be reached, in the order to try, and at which port.
func (n *Network) addresses(ctx context.Context, host, port string, t *Timing) ([]netip.Addr, string, error) {
	var addrs []netip.Addr
	if to, ok := n.hosts.find(host, port); ok {
		addrs = []netip.Addr{to.Addr()}
		if to.Port() != 0 {
			port = strconv.Itoa(int(to.Port()))
		}
	} else if literal, err := netip.ParseAddr(host); err == nil {
		addrs = []netip.Addr{literal}
	} else {
		began := Now()
		addrs, err = n.resolver.resolve(ctx, host)
		t.LookingUp += Now() - began
		if err != nil {
			return nil, "", err
		}
	}
	addrs, err := n.permitted(addrs)
	return addrs, port, err
}

// permitted leaves out blacklisted addresses; the error is for when none is left.
func (n *Network) permitted(addrs []netip.Addr) ([]netip.Addr, error) {
	if len(n.config.BlacklistIPs) == 0 {
		return addrs, nil
	}
	var left []netip.Addr
	for _, a := range addrs {
		if !n.blacklisted(a) {
			left = append(left, a)
		}
	}
	if len(left) == 0 {
		return nil, &Error{Code: codeBlacklisted, Message: "ip " + addrs[0].String() + " is blacklisted"}
	}
	return left, nil
}

func (n *Network) blacklisted(a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	for _, p := range n.config.BlacklistIPs {
		if p.Contains(a) {
			return true
		}
	}
	return false
}

func (n *Network) dial(ctx context.Context, network, addr string, local netip.Addr, t *Timing) (net.Conn, error) {
	d := net.Dialer{Timeout: dialTimeout, KeepAlive: 30 * time.Second}
	if local.IsValid() {
		d.LocalAddr = &net.TCPAddr{IP: local.AsSlice(), Zone: local.Zone()}
	}
	began := Now()
	socket, err := d.DialContext(ctx, network, addr)
	t.Connecting = Now() - began
	if err == nil {
		return socket, nil
	}
	t.Connecting = 0
	if cause := context.Cause(ctx); errors.Is(cause, ErrInterrupted) || errors.Is(cause, errTimeout) {
		return nil, cause
	}
	return nil, dialError(network, addr, err)
}
