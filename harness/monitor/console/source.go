package console

// Source has the facts that are shown. It is asked by one goroutine at a time.
type Source interface {
	Pages() []string                        // their names, in order
	Page(name string) (Page, error)         // as it is now
	Detail(name, id string) (Detail, error) // what is behind a line of a page
}

// Page is what there is to see under one name.
type Page struct {
	Head  string // of the whole soak, in a line
	Lines []Line
}

// Line is a line of a page.
type Line struct {
	Text    string
	ID      string // of what can be opened behind it; empty: nothing
	Heading bool   // it stays, whatever is filtered
	Commands
}

// Commands are the arguments of commands that one may want to run where one is.
type Commands struct {
	Replay, Explain []string // empty: there is nothing to run
}

// Detail is what is behind a line.
type Detail struct {
	Head  string
	Title string
	Facts []Fact
	Pairs []Pair
	Commands
}

// Fact is a name with what there is to say of it.
type Fact struct{ Name, Text string }

// Pair is two values side by side.
type Pair struct {
	Title     string
	Want, Got string
	Because   string
}
