package measure

import (
	"maps"
	"net"
	"os"
	"slices"
	"strconv"
	"strings"

	"example.com/foobar/loadgen/child"
	"example.com/foobar/overhead/plan"
)

// placeholders are what ${name} stands for in one run, by name.
type placeholders map[string]string

// newPlaceholders gives every port of every service a free loopback port.
func newPlaceholders(p *plan.Plan, sink string) (placeholders, error) {
	out := placeholders{"sink": sink, "dir": p.Dir, "decision_wait": max(p.Timing.DecisionWait, 1).String()}
	var names []string
	for _, s := range p.Services {
		for _, name := range s.Ports {
			names = append(names, s.Name+"."+name)
		}
	}
	addrs, err := child.FreeAddrs(len(names))
	if err != nil {
		return nil, err
	}
	for i, name := range names {
		_, port, _ := net.SplitHostPort(addrs[i])
		out[name], out[name+".port"] = addrs[i], port
	}
	return out, nil
}

// expand replaces the placeholders of a text.
func (p placeholders) expand(text string) string {
	for name, value := range p {
		text = strings.ReplaceAll(text, "${"+name+"}", value)
	}
	return text
}

// command is what starts service s in case c. A program that was built comes before the arguments.
func (p placeholders) command(of *plan.Plan, s *plan.Service, c plan.Case, program string) child.Command {
	var words []string
	if program != "" {
		words = append(words, program)
	}
	for _, word := range append(slices.Clone(s.Command), c.Args[s.Name]...) {
		words = append(words, p.expand(word))
	}
	return child.Command{Name: s.Name, Path: words[0], Args: words[1:], Env: p.environment(s, c), Dir: folderOf(of, s)}
}

// environment is that of service s in case c: this process's own, then the service's, then the case's.
func (p placeholders) environment(s *plan.Service, c plan.Case) []string {
	vars := map[string]string{}
	maps.Copy(vars, s.Env)
	if n := threadsOf(s); n > 0 {
		vars["GOMAXPROCS"] = strconv.Itoa(n)
	}
	maps.Copy(vars, c.Env[s.Name])
	env := inherited()
	for _, key := range slices.Sorted(maps.Keys(vars)) {
		env = append(env, key+"="+p.expand(vars[key]))
	}
	return env
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

// inherited is this process's environment without what would change how a service traces or collects garbage: a case says so.
func inherited() []string {
	return slices.DeleteFunc(os.Environ(), func(v string) bool {
		for _, prefix := range []string{"OTEL_", "GOMAXPROCS=", "GOGC=", "GOMEMLIMIT=", "GODEBUG="} {
			if strings.HasPrefix(v, prefix) {
				return true
			}
		}
		return false
	})
}
