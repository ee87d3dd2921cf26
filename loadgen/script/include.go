package script

import (
	"path/filepath"

	"example.com/foobar/loadgen/file"
)

// included are the keys of a file that others include.
type included struct {
	Env       map[string]string `json:"env"`
	Metrics   map[string]string `json:"metrics"`
	Data      map[string]Data   `json:"data"`
	Functions map[string][]Step `json:"functions"`
	Defaults  *Step             `json:"defaults"`
}

// IncludeAll reads the files that s includes, which are found from dir, and makes what they have s's own. A name that is there twice
// is an error. env are the variables that they set, nodes what was read, by which Find finds the places of errors.
func (s *Script) IncludeAll(root *file.Node, dir string) (env map[string]string, err error) {
	env = map[string]string{}
	for i, name := range s.Include {
		if err := s.include(root.Find(indexed("include", i)), name, dir, env); err != nil {
			return nil, err
		}
	}
	s.Include = nil
	return env, nil
}

func (s *Script) include(at *file.Node, name, dir string, env map[string]string) error {
	text, err := file.Read(Path(dir, name), file.MaxJSON)
	if err != nil {
		return at.Errorf("%w", err)
	}
	root, err := file.Parse(Path(dir, name), text)
	if err != nil {
		return err
	}
	root.NotK6()
	var one included
	if !root.IsMap() {
		return root.Errorf("want keys with values, such as functions: {}")
	}
	if err := root.Decode(&one); err != nil {
		return err
	}
	one.relocate(filepath.Dir(name))
	s.origins = append(s.origins, root)
	if one.Defaults != nil {
		if s.Defaults != nil {
			return twice(root, "defaults", "")
		}
		s.Defaults = one.Defaults
	}
	for _, err := range []error{add(root, "metrics", &s.Metrics, one.Metrics), add(root, "data", &s.Data, one.Data),
		add(root, "functions", &s.Functions, one.Functions), add(root, "env", &env, one.Env)} {
		if err != nil {
			return err
		}
	}
	return nil
}

// relocate has the files that an included file names found from where its includer is.
func (i *included) relocate(dir string) {
	for name, d := range i.Data {
		if d.File != "" {
			d.File = Path(dir, d.File)
			i.Data[name] = d
		}
	}
	for _, steps := range i.Functions {
		relocateSteps(steps, dir)
	}
}

func relocateSteps(steps []Step, dir string) {
	for i := range steps {
		s := &steps[i]
		if s.BodyFile != "" {
			s.BodyFile = Path(dir, s.BodyFile)
		}
		for p := range s.Multipart {
			if s.Multipart[p].File != "" {
				s.Multipart[p].File = Path(dir, s.Multipart[p].File)
			}
		}
		for _, within := range s.Within() {
			relocateSteps(*within, dir)
		}
	}
}

// add adds what a file has under a key.
func add[V any](root *file.Node, key string, to *map[string]V, more map[string]V) error {
	if *to == nil && len(more) > 0 {
		*to = map[string]V{}
	}
	for _, name := range sortedKeys(more) {
		if _, known := (*to)[name]; known {
			return twice(root.Get(key), key, name)
		}
		(*to)[name] = more[name]
	}
	return nil
}

// twice is the error that an included file has what is there already.
func twice(n *file.Node, key, name string) error {
	if at := n.Get(name); name != "" && at != nil {
		n = at
	} else if at := n.Get(key); name == "" && at != nil {
		n = at
	}
	return n.Errorf("there is one already: give one of the two another name, or leave it out")
}

// Included are the names of the files that were included, as they are found from the working directory.
func (s *Script) Included() []string {
	var names []string
	for _, root := range s.origins {
		names = append(names, root.Place().File)
	}
	return names
}

// Find is the node that a path leads to in an included file, nil when it leads into none.
func (s *Script) Find(path string) *file.Node {
	for _, root := range s.origins {
		if n := root.Find(path); n != root && n.Path() != "" && n.Path() != "functions" && n.Path() != "data" && n.Path() != "metrics" {
			return n
		}
	}
	return nil
}
