package wire

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// DNS says how names become addresses. Its zero value is k6's default: answers kept for five minutes, one chosen at
// random, IPv4 preferred.
type DNS struct {
	// TTL is how long an answer is kept: 0 is five minutes, negative not at all, keepForever for ever.
	TTL time.Duration
	// Select is "first", "random" or "roundRobin"; "" is random.
	Select string
	// Policy is "preferIPv4", "preferIPv6", "onlyIPv4", "onlyIPv6" or "any"; "" is preferIPv4.
	Policy string
}

// keepForever as a TTL keeps an answer as long as the test runs.
const keepForever = time.Duration(1<<63 - 1)

const (
	defaultTTL    = 5 * time.Minute
	lookupTimeout = 30 * time.Second
)

// ParseDNS reads k6's form, "ttl=5m,select=random,policy=preferIPv4": ttl is a duration, a number of milliseconds or
// inf, and 0 keeps nothing.
func ParseDNS(text string) (DNS, error) {
	var d DNS
	for _, part := range strings.Split(text, ",") {
		if strings.TrimSpace(part) == "" {
			continue
		}
		key, value, ok := strings.Cut(strings.TrimSpace(part), "=")
		if !ok {
			return DNS{}, fmt.Errorf("dns option %q: the form is key=value, as in ttl=5m,select=random,policy=preferIPv4", part)
		}
		if err := d.set(key, value); err != nil {
			return DNS{}, err
		}
	}
	return d, d.validate()
}

func (d *DNS) set(key, value string) error {
	switch key {
	case "ttl":
		ttl, err := parseTTL(value)
		d.TTL = ttl
		return err
	case "select":
		d.Select = value
	case "policy":
		d.Policy = value
	default:
		return fmt.Errorf("dns option %q is unknown: the options are ttl, select and policy", key)
	}
	return nil
}

func parseTTL(value string) (time.Duration, error) {
	if value == "inf" {
		return keepForever, nil
	}
	ttl, err := time.ParseDuration(value)
	if ms, e := strconv.ParseInt(value, 10, 64); e == nil && ms <= int64(keepForever/time.Millisecond) {
		ttl, err = time.Duration(ms)*time.Millisecond, nil
	}
	if err != nil || ttl < 0 {
		return 0, fmt.Errorf("dns option ttl=%s: it must be a duration such as 5m, a number of milliseconds, 0 or inf", value)
	}
	if ttl == 0 {
		return -1, nil
	}
	return ttl, nil
}

func (d DNS) validate() error {
	switch d.Select {
	case "", "first", "random", "roundRobin":
	default:
		return fmt.Errorf("dns option select=%s: it must be first, random or roundRobin", d.Select)
	}
	switch d.Policy {
	case "", "preferIPv4", "preferIPv6", "onlyIPv4", "onlyIPv6", "any":
	default:
		return fmt.Errorf("dns option policy=%s: it must be preferIPv4, preferIPv6, onlyIPv4, onlyIPv6 or any", d.Policy)
	}
	return nil
}

// allowed is the addresses that the policy leaves, in their order.
func (d DNS) allowed(all []netip.Addr) []netip.Addr {
	var four, six []netip.Addr
	for _, a := range all {
		if a = a.Unmap(); a.Is4() {
			four = append(four, a)
		} else {
			six = append(six, a)
		}
	}
	switch d.Policy {
	case "onlyIPv4":
		return four
	case "onlyIPv6":
		return six
	case "any":
		return all
	case "preferIPv6":
		four, six = six, four
	}
	if len(four) > 0 {
		return four
	}
	return six
}

// resolver keeps the answers of all clients.
type resolver struct {
	dns    DNS
	lookup func(ctx context.Context, host string) ([]netip.Addr, error)

	mu      sync.Mutex
	answers map[string]*answer
}

// answer is what a name came to, or will when done is closed.
type answer struct {
	done    chan struct{}
	addrs   []netip.Addr
	err     error
	expires time.Duration
	turn    atomic.Uint32
}

func newResolver(d DNS) *resolver {
	return &resolver{dns: d, answers: map[string]*answer{}, lookup: func(ctx context.Context, host string) ([]netip.Addr, error) {
		return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
	}}
}

// resolve is the addresses of host in the order in which to try them.
func (r *resolver) resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	a := r.answer(host)
	select {
	case <-a.done:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if a.err != nil {
		return nil, lookupError(host, a.err)
	}
	return rotate(a.addrs, r.dns.first(a)), nil
}

// answer is the kept one, or that of a look-up begun now; many that ask at once share it.
func (r *resolver) answer(host string) *answer {
	r.mu.Lock()
	defer r.mu.Unlock()
	if a := r.answers[host]; a != nil && (a.expires == 0 || Now() < a.expires) {
		return a
	}
	a := &answer{done: make(chan struct{})}
	r.answers[host] = a
	go r.ask(host, a)
	return a
}

func (r *resolver) ask(host string, a *answer) {
	ctx, cancel := context.WithTimeout(context.Background(), lookupTimeout)
	defer cancel()
	addrs, err := r.lookup(ctx, host)
	if addrs = r.dns.allowed(addrs); err == nil && len(addrs) == 0 {
		err = &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	r.mu.Lock()
	a.addrs, a.err, a.expires = addrs, err, r.dns.expiry(err)
	r.mu.Unlock()
	close(a.done)
}

// expiry keeps no failures.
func (d DNS) expiry(err error) time.Duration {
	switch {
	case err != nil, d.TTL < 0:
		return 1
	case d.TTL == keepForever:
		return keepForever
	case d.TTL == 0:
		return Now() + defaultTTL
	}
	return Now() + d.TTL
}

func (d DNS) first(a *answer) int {
	switch d.Select {
	case "first":
		return 0
	case "roundRobin":
		return int(a.turn.Add(1)-1) % len(a.addrs)
	}
	return rand.IntN(len(a.addrs))
}

func rotate(addrs []netip.Addr, by int) []netip.Addr {
	if by == 0 {
		return addrs
	}
	return append(append(make([]netip.Addr, 0, len(addrs)), addrs[by:]...), addrs[:by]...)
}
