// Package expression is the small language of ${...} in the texts of files: values with types, names, operators, functions and
// filters. A text is read once, every name in it resolved, and becomes closures; what is wrong with it is known then. It knows
// nothing of HTTP and of users: Names says what names mean, and Env is the iteration that values are asked for in.
//
//	pipe    = cond { "|" filter [ "(" args ")" ] }
//	cond    = or [ "?" cond ":" cond ]
//	or      = and { ( "||" | "??" ) and }
//	and     = cmp { "&&" cmp }
//	cmp     = sum [ ( "==" | "!=" | "<" | "<=" | ">" | ">=" | "in" | "matches" | "contains" ) sum ]
//	sum     = term { ( "+" | "-" ) term }
//	term    = unary { ( "*" | "/" | "%" ) unary }
//	unary   = [ "!" | "-" ] postfix
//	postfix = primary { "." NAME | "[" pipe "]" | "(" args ")" }
//	primary = NUMBER | 'text' | "text" | true | false | null | NAME | "(" pipe ")" | "[" args "]"
//
// Numbers and texts do not allocate; lists and what filters make of texts do.
package expression
