package measure

import (
	"fmt"
	"maps"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"

	"example.com/foobar/overhead/plan"
)

// places are what placeholders stand for in one run.
type places map[string]string

// place gives every port of every service a free loopback port.
func place(p *plan.Plan, sink string) (places, error) {
	out := places{"sink": sink, "dir": p.Dir, "decision_wait": max(p.Timing.DecisionWait, 1).String()}
	var held []net.Listener
	defer func() {
		for _, l := range held {
			l.Close()
		}
	}()
	for _, s := range p.Services {
		for _, name := range s.Ports {
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				return nil, fmt.Errorf("finding a free port: %w", err)
			}
			held = append(held, l)
			out[s.Name+"."+name] = l.Addr().String()
			out[s.Name+"."+name+".port"] = strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
		}
	}
	return out, nil
}

// fill replaces the placeholders of a text.
func (p places) fill(text string) string {
	for name, value := range p {
		text = strings.ReplaceAll(text, "${"+name+"}", value)
	}
	return text
}

// command is what starts service s in case c: program and arguments, environment, folder.
func (p places) command(of *plan.Plan, s *plan.Service, c plan.Case, program string) (command, env []string, dir string) {
	if program != "" {
		command = append(command, program)
	}
	for _, part := range append(slices.Clone(s.Command), c.Args[s.Name]...) {
		command = append(command, p.fill(part))
	}
	vars := maps.Clone(s.Env)
	if vars == nil {
		vars = map[string]string{}
	}
	if n := threadsOf(s); n > 0 {
		vars["GOMAXPROCS"] = strconv.Itoa(n)
	}
	maps.Copy(vars, c.Env[s.Name])
	env = environment()
	for _, key := range slices.Sorted(maps.Keys(vars)) {
		env = append(env, key+"="+p.fill(vars[key]))
	}
	return command, env, folderOf(of, s)
}

// threadsOf is the GOMAXPROCS of a service, 0 when the runtime is to choose.
func threadsOf(s *plan.Service) int {
	if s.GOMAXPROCS == 0 && s.CPUs != "" {
		if cpus, err := plan.ParseCPUs(s.CPUs); err == nil {
			return len(cpus)
		}
	}
	return s.GOMAXPROCS
}

// environment is this process's own without what would change how a service traces or collects garbage: a case says so.
func environment() []string {
	return slices.DeleteFunc(os.Environ(), func(v string) bool {
		for _, prefix := range []string{"OTEL_", "GOMAXPROCS=", "GOGC=", "GOMEMLIMIT=", "GODEBUG="} {
			if strings.HasPrefix(v, prefix) {
				return true
			}
		}
		return false
	})
}
