package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// examplesTable is what became of the scripts, in Markdown: those of plain HTTP one by one, the others by kind.
func examplesTable(all []*example) string {
	var b strings.Builder
	b.WriteString("| script | converts | statements | requests of k6 | of loadgen | the same |\n| --- | --- | --- | --- | --- | --- |\n")
	var reasons []string
	var plain []*example
	for _, e := range all {
		if e.kind != "" {
			continue
		}
		plain = append(plain, e)
		fmt.Fprintf(&b, "| %s | %s | %d | %s |\n", e.name, e.converts(), e.converted, e.outcome())
		if why := e.why(); why != "" {
			reasons = append(reasons, fmt.Sprintf("- %s: %s\n", e.name, why))
		}
	}
	b.WriteString("\n" + examplesTotal(plain))
	if len(reasons) > 0 {
		b.WriteString("\nWhat does not:\n\n" + strings.Join(reasons, ""))
	}
	b.WriteString("\n" + otherKinds(all))
	return b.String()
}

// converts is whole, in part or no.
func (e *example) converts() string {
	switch {
	case e.unread != nil:
		return "no"
	case e.whole:
		return "whole"
	case e.converted == 0:
		return "no"
	}
	return fmt.Sprintf("in part (%d left out)", len(e.left))
}

// outcome are the last columns of its row.
func (e *example) outcome() string {
	if !e.ran {
		return " | | "
	}
	same := "yes"
	if e.difference != "" {
		same = "no"
	}
	return fmt.Sprintf("%d | %d | %s", e.asked, e.ours, same)
}

// why says what does not convert, or what differs.
func (e *example) why() string {
	switch {
	case e.unread != nil:
		return oneLine(e.unread.Error())
	case e.difference != "":
		return oneLine(e.difference)
	}
	counts := map[string]int{}
	for _, reason := range e.left {
		if !strings.HasPrefix(reason, "it depends on line ") {
			counts[reason]++
		}
	}
	var all []string
	for _, reason := range slices.Sorted(maps.Keys(counts)) {
		if n := counts[reason]; n > 1 {
			reason += fmt.Sprintf(" (%d times)", n)
		}
		all = append(all, reason)
	}
	return oneLine(strings.Join(all, "; "))
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

func examplesTotal(plain []*example) string {
	whole, part, ran, same := 0, 0, 0, 0
	for _, e := range plain {
		switch {
		case e.whole:
			whole++
		case e.unread == nil && e.converted > 0:
			part++
		}
		if e.ran {
			ran++
			if e.difference == "" {
				same++
			}
		}
	}
	n := max(len(plain), 1)
	return fmt.Sprintf("%d scripts of plain HTTP: %d whole (%d %%), %d in part, %d not. %d of the whole ones were run beside k6, %d agree request for request.\n",
		len(plain), whole, 100*whole/n, part, len(plain)-whole-part, ran, same)
}

// otherKinds counts the scripts that are not plain HTTP.
func otherKinds(all []*example) string {
	total, whole := map[string]int{}, map[string]int{}
	n := 0
	for _, e := range all {
		if e.kind == "" {
			continue
		}
		n++
		total[e.kind]++
		if e.whole {
			whole[e.kind]++
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d others:\n\n| about | scripts | convert whole |\n| --- | --- | --- |\n", n)
	for _, kind := range slices.Sorted(maps.Keys(total)) {
		fmt.Fprintf(&b, "| %s | %d | %d |\n", kind, total[kind], whole[kind])
	}
	return b.String()
}
