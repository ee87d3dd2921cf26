package plain

import "strings"

// markdownEscapes are the characters that mean something in Markdown, in HTML, or to GitHub.
var markdownEscapes = strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "{", `\{`, "}", `\}`, "[", `\[`, "]", `\]`,
	"|", `\|`, "~", `\~`, "<", "&lt;", ">", "&gt;", "&", "&amp;", "@", "&#64;", "#", "&#35;", "://", "&#58;//", "www.", "www&#46;")

// Markdown is a line of text for GitHub's Markdown, in which it has no effect: no markup, no link, nobody is mentioned.
func Markdown(line string) string { return markdownEscapes.Replace(line) }
