package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// licences are known by a phrase in their text, white space apart; the first that matches is it. Those that don't fit what we
// link into a program under the Apache License have no name and are an error.
var licences = []struct{ name, phrase string }{
	{"", "GNU AFFERO GENERAL PUBLIC LICENSE Version"},
	{"FTL", "The FreeType Project LICENSE"},
	{"", "GNU GENERAL PUBLIC LICENSE Version"},
	{"", "GNU LESSER GENERAL PUBLIC LICENSE Version"},
	{"Apache-2.0", "Apache License Version 2.0"},
	{"Apache-2.0", "Licensed under the Apache License, Version 2.0"},
	{"MPL-2.0", "Mozilla Public License Version 2.0"},
	{"MPL-2.0", "Mozilla Public License, version 2.0"},
	{"CC-BY-4.0", "Creative Commons Attribution 4.0"},
	{"OFL-1.1", "SIL OPEN FONT LICENSE Version 1.1"},
	{"BSD-3-Clause", "Neither the name"},
	{"BSD-2-Clause", "Redistributions of source code must retain the above copyright notice"},
	{"ISC", "Permission to use, copy, modify, and/or distribute this software"},
	{"ISC", "Permission to use, copy, modify, and distribute this software"},
	{"MIT", "Permission is hereby granted, free of charge"},
	{"Unlicense", "This is free and unencumbered software released into the public domain"},
	{"Zlib", "This software is provided 'as-is', without any express or implied warranty"},
	{"CC0-1.0", "CC0 1.0 Universal"},
}

// licence is the SPDX name of a text, or "" for a text that is none of those known.
func licence(text string) (string, error) {
	text = strings.ToLower(strings.Join(strings.Fields(text), " "))
	for _, l := range licences {
		if strings.Contains(text, strings.ToLower(l.phrase)) {
			if l.name == "" {
				return "", fmt.Errorf("its licence, the %s, doesn't fit the Apache License 2.0", l.phrase)
			}
			return l.name, nil
		}
	}
	return "", nil
}

// write makes the whole text: first a list of modules with the names of their licences, then each text once, with the
// files that it is found in.
func write(modules []*module) ([]byte, error) {
	found := collection{where: map[string][]string{}}
	var list bytes.Buffer
	var errs []error
	for _, m := range modules {
		names, err := found.add(m)
		if err != nil {
			errs = append(errs, err)
		}
		fmt.Fprintf(&list, "%s %s: %s\n", m.name, m.version, strings.Join(names, ", "))
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	var b bytes.Buffer
	b.WriteString("This program contains the following software of others, unchanged, in the versions named.\n\n")
	b.Write(list.Bytes())
	b.WriteString("\nThe source of each is to be had by its name and version from the Go module proxy and mirror: go mod download NAME@VERSION\n")
	found.write(&b)
	return b.Bytes(), nil
}

// collection is the texts of licences and notices, each once.
type collection struct {
	texts []string
	where map[string][]string // the files that a text is found in
}

// add adds a module's texts and returns the names of its licences, sorted.
func (c *collection) add(m *module) (names []string, err error) {
	files, err := m.files()
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, file := range files {
		text, err := m.text(file)
		if err != nil {
			return nil, err
		}
		name, err := licence(text)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s, %s: %w", m.name, file, err))
		}
		if name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
		if c.where[text] == nil {
			c.texts = append(c.texts, text)
		}
		c.where[text] = append(c.where[text], m.name+" "+m.version+", "+file)
	}
	if len(names) == 0 {
		errs = append(errs, fmt.Errorf("%s: none of %s is a licence known here; add its phrase to .ci/notices/text.go", m.name, strings.Join(files, ", ")))
	}
	slices.Sort(names)
	return names, errors.Join(errs...)
}

// text is what a file of the module says.
func (m *module) text(file string) (string, error) {
	b, err := os.ReadFile(filepath.Join(m.dir, filepath.FromSlash(file)))
	return strings.TrimSpace(strings.ReplaceAll(string(b), "\r\n", "\n")), err
}

func (c *collection) write(b *bytes.Buffer) {
	for _, text := range c.texts {
		fmt.Fprintf(b, "\n%s\n\n", strings.Repeat("=", 100))
		for _, file := range c.where[text] {
			fmt.Fprintf(b, "%s\n", file)
		}
		fmt.Fprintf(b, "\n%s\n", text)
	}
}
