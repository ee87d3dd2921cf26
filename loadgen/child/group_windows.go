package child

import (
	"os/exec"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
)

// group is a job object: what the process has started belongs to it too, and all of it ends when its last handle is closed,
// as it is when this process ends, however.
type group struct {
	pid uint32
	job windows.Handle
}

// startGroup starts a process in a job of its own. It is in a console group of its own too, which Ctrl-Break can be sent to.
func startGroup(cmd *exec.Cmd) (group, error) {
	job, err := newJob()
	if err != nil {
		return group{}, err
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP}
	if err := cmd.Start(); err != nil {
		windows.CloseHandle(job)
		return group{}, err
	}
	g := group{pid: uint32(cmd.Process.Pid), job: job}
	if err := g.add(); err != nil {
		cmd.Process.Kill()
		cmd.Wait()
		g.close()
		return group{}, err
	}
	return g, nil
}

// newJob makes a job whose processes end with its last handle.
func newJob() (windows.Handle, error) {
	job, err := windows.CreateJobObject(nil, nil)
	if err != nil {
		return 0, err
	}
	limits := windows.JOBOBJECT_EXTENDED_LIMIT_INFORMATION{BasicLimitInformation: windows.JOBOBJECT_BASIC_LIMIT_INFORMATION{
		LimitFlags: windows.JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE}}
	_, err = windows.SetInformationJobObject(job, windows.JobObjectExtendedLimitInformation, uintptr(unsafe.Pointer(&limits)), uint32(unsafe.Sizeof(limits)))
	if err != nil {
		windows.CloseHandle(job)
	}
	return job, err
}

// add puts the process that has just been started into the job.
func (g group) add() error {
	process, err := windows.OpenProcess(windows.PROCESS_SET_QUOTA|windows.PROCESS_TERMINATE, false, g.pid)
	if err != nil {
		return err
	}
	defer windows.CloseHandle(process)
	return windows.AssignProcessToJobObject(g.job, process)
}

// terminate sends Ctrl-Break, which a Go program receives as os.Interrupt; without a console to send it from, it kills.
func (g group) terminate() {
	if windows.GenerateConsoleCtrlEvent(windows.CTRL_BREAK_EVENT, g.pid) != nil {
		g.kill()
	}
}

func (g group) kill() { _ = windows.TerminateJobObject(g.job, 1) }

// close kills what is left when the process has ended.
func (g group) close() { windows.CloseHandle(g.job) }
