package wire

import (
	"net/http"
	"strings"
	"sync"

	"example.com/foobar/loadgen/internal/digest"
)

// digests are the challenges that a client has answered, so that further requests to the same place answer beforehand.
type digests struct {
	mu  sync.Mutex
	all []*answered // the last one last
}

// answered is a challenge that was answered.
type answered struct {
	origin, folder string // where it was met: target.key, and the path up to its last slash
	as             digest.Credentials
	session        *digest.Session
}

// maxDigests bounds the challenges that a client remembers; the oldest give way.
const maxDigests = 100

// find is the session for a path of an origin: that of the deepest folder above it, or else the last one.
func (d *digests) find(t *target, as digest.Credentials) *digest.Session {
	var best *answered
	for _, a := range d.all {
		if a.origin != t.key || a.as != as {
			continue
		}
		if best == nil || !strings.HasPrefix(t.path, best.folder) || strings.HasPrefix(t.path, a.folder) && len(a.folder) >= len(best.folder) {
			best = a
		}
	}
	if best == nil {
		return nil
	}
	return best.session
}

// add remembers a session in place of those with the same realm.
func (d *digests) add(t *target, as digest.Credentials, s *digest.Session) {
	d.forget(func(a *answered) bool { return a.origin == t.key && a.as == as && a.session.Realm() == s.Realm() })
	if len(d.all) == maxDigests {
		d.all = d.all[1:]
	}
	path, _, _ := strings.Cut(t.path, "?")
	d.all = append(d.all, &answered{t.key, path[:strings.LastIndexByte(path, '/')+1], as, s})
}

func (d *digests) forget(which func(*answered) bool) {
	kept := d.all[:0]
	for _, a := range d.all {
		if !which(a) {
			kept = append(kept, a)
		}
	}
	clear(d.all[len(kept):])
	d.all = kept
}

// SetDigest sets Digest. Without a user it is that of the URL, with its password.
func (r *Request) SetDigest(as digest.Credentials) error {
	if as.User == "" {
		t, err := parseTarget(r.URL)
		if err != nil {
			return err
		}
		as.User = t.url().User.Username()
		as.Password, _ = t.url().User.Password()
	}
	if err := as.Validate(); err != nil {
		return unusable("digest authentication: %v", err)
	}
	r.Digest = &as
	return nil
}

// authorize answers a challenge that was met before, beforehand; or the one just met.
func (c *call) authorize() {
	c.authorization = ""
	if c.hop.digest == nil {
		return
	}
	d := &c.client.digests
	d.mu.Lock()
	defer d.mu.Unlock()
	if c.answers == 0 {
		c.session = d.find(c.hop.target, *c.hop.digest)
	}
	if c.session != nil {
		c.authorization = c.session.Authorization(c.hop.method, c.hop.target.path)
	}
}

// maxAnswers is how often one request answers challenges: the second time only when the server says that its nonce was stale.
const maxAnswers = 2

// answerable says whether the response is a challenge that another exchange is to answer.
func (c *call) answerable() bool {
	if c.Status != http.StatusUnauthorized || c.hop.digest == nil || c.answers == maxAnswers {
		return false
	}
	challenge, ok := c.challenge()
	return ok && (c.answers == 0 || challenge.Stale)
}

func (c *call) challenge() (digest.Challenge, bool) {
	return digest.Find(joined(c.resp.lines, "WWW-Authenticate"))
}

// answer begins a session with the challenge of the response.
func (c *call) answer() {
	challenge, _ := c.challenge()
	c.answers++
	c.session = digest.NewSession(challenge, *c.hop.digest)
}

// noteNonce remembers the session when the server took its answer, and the nonce that it wants next; and forgets it when it did
// not.
func (c *call) noteNonce(err error) {
	if c.session == nil || c.authorization == "" || err != nil {
		return
	}
	d := &c.client.digests
	d.mu.Lock()
	defer d.mu.Unlock()
	if c.Status == http.StatusUnauthorized {
		if challenge, _ := c.challenge(); challenge.Realm == c.session.Realm() { // else it was for another part of the server
			d.forget(func(a *answered) bool { return a.session == c.session })
		}
		return
	}
	if c.answers > 0 {
		d.add(c.hop.target, *c.hop.digest, c.session)
	}
	c.session.GoOn(digest.NextNonce(joined(c.resp.lines, "Authentication-Info")))
}
