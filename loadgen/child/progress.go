package child

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// progress says of a build that takes long that it goes on.
type progress struct {
	what string
	tell func(line string)

	quit, done chan struct{}

	mu       sync.Mutex
	compiled int    // packages
	message  string // the newest, such as "go: downloading ..."
}

// startProgress says at once that a first build takes its time, and of any other from two seconds on.
func startProgress(programs []Program, first bool, tell func(line string)) *progress {
	p := &progress{what: "building " + list(programs), tell: tell, quit: make(chan struct{}), done: make(chan struct{})}
	if tell == nil {
		p.tell = func(string) {}
	}
	delay := 2 * time.Second
	if first {
		p.tell(p.what + " (the first time: a minute or two)")
		delay = 15 * time.Second
	}
	go p.run(delay)
	return p
}

func (p *progress) run(delay time.Duration) {
	defer close(p.done)
	for begun := time.Now(); ; delay = 15 * time.Second {
		select {
		case <-p.quit:
			return
		case <-time.After(delay):
			p.tell(fmt.Sprintf("%s: %.0fs so far%s", p.what, time.Since(begun).Seconds(), p.state()))
		}
	}
}

// add takes a line of the go command: a message, or the path of a package that is compiled.
func (p *progress) add(line string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if strings.Contains(line, " ") {
		p.message = line
		return
	}
	p.compiled++
}

func (p *progress) state() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case p.compiled > 0:
		return fmt.Sprintf(", %d packages compiled", p.compiled)
	case p.message != "":
		return " (" + p.message + ")"
	}
	return ""
}

// stop returns when nothing more is said.
func (p *progress) stop() {
	close(p.quit)
	<-p.done
}
