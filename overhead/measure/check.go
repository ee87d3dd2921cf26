package measure

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"example.com/foobar/overhead/plan"
)

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
	places := places{"dir": p.Dir}
	dir := folderOf(p, s)
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return fmt.Errorf("dir: there is no folder %s", dir)
	}
	if s.Build != "" {
		return checkBuild(p, s)
	}
	program := places.fill(s.Command[0])
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
