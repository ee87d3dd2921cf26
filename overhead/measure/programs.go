package measure

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"example.com/foobar/loadgen/child"
	"example.com/foobar/overhead/plan"
)

// Build builds the services of p that are Go programs, once for all runs. Tell gets a line for what is waited for.
func Build(ctx context.Context, p *plan.Plan, tell func(line string)) (*child.Binaries, error) {
	var programs []child.Program
	for i := range p.Services {
		if s := &p.Services[i]; s.Build != "" {
			dir, err := filepath.Abs(buildFolder(p, s))
			if err != nil {
				return nil, fmt.Errorf("building %s: %w", s.Name, err)
			}
			programs = append(programs, child.Program{Name: s.Name, Dir: dir})
		}
	}
	return child.Build(ctx, programs, tell)
}

// Check reports whether every program of a plan is there to be started, before anything is built or measured. It starts
// nothing; programs that are built are not asked for.
func Check(p *plan.Plan) error {
	for i := range p.Services {
		if err := check(p, &p.Services[i]); err != nil {
			return fmt.Errorf("service %s: %w", p.Services[i].Name, err)
		}
	}
	return nil
}

func check(p *plan.Plan, s *plan.Service) error {
	dir := folderOf(p, s)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return fmt.Errorf("dir: there is no folder %s", dir)
	}
	if s.Build != "" {
		return checkBuild(p, s)
	}
	program := placeholders{"dir": p.Dir}.expand(s.Command[0])
	if strings.Contains(program, "${") {
		return nil // an address is filled in later
	}
	if !strings.ContainsRune(program, filepath.Separator) {
		if _, err := exec.LookPath(program); err != nil {
			return fmt.Errorf("command: there is no program %q on the PATH: write its path, from the plan's folder on", program)
		}
		return nil
	}
	if !filepath.IsAbs(program) {
		program = filepath.Join(dir, program)
	}
	return checkExecutable(program)
}

func checkExecutable(program string) error {
	switch info, err := os.Stat(program); {
	case runtime.GOOS == "windows": // which adds .exe by itself
	case err != nil:
		return fmt.Errorf("command: there is no program %s", program)
	case info.IsDir() || info.Mode()&0o111 == 0:
		return fmt.Errorf("command: %s is not a program: it can't be executed", program)
	}
	return nil
}

func checkBuild(p *plan.Plan, s *plan.Service) error {
	from := buildFolder(p, s)
	if info, err := os.Stat(from); err != nil || !info.IsDir() {
		return fmt.Errorf("build: there is no folder %s", from)
	}
	return nil
}

// folderOf is where a service is started.
func folderOf(p *plan.Plan, s *plan.Service) string {
	if filepath.IsAbs(s.Dir) {
		return s.Dir
	}
	return filepath.Join(p.Dir, s.Dir)
}

// buildFolder is the folder of a service's Go program.
func buildFolder(p *plan.Plan, s *plan.Service) string {
	if filepath.IsAbs(s.Build) {
		return s.Build
	}
	return filepath.Join(p.Dir, s.Build)
}
