package mutant

// Suite is a part of the tests, as go test takes it.
type Suite struct {
	Name    string
	Breaks  []string // the folders whose mutants it can notice
	Command []string
}

// Suites are in the order that kills most mutants for least time: a package's own quick tests, those of what is built
// on it, then what repeats, the command's scripts, and the runbook's scenarios.
var Suites = []Suite{
	{"project, quick", []string{"project"}, []string{"-short", "./harness/pipeline/project"}},
	{"store, quick", []string{"project", "store"}, []string{"-short", "./harness/pipeline/store"}},
	{"pipeline, quick", Packages, []string{"-short", "./harness/pipeline"}},
	{"project", []string{"project"}, []string{"./harness/pipeline/project"}},
	{"store", []string{"project", "store"}, []string{"./harness/pipeline/store"}},
	{"commands", Packages, []string{"-run", commandTests, "./cmd"}},
	{"pipeline", Packages, []string{"./harness/pipeline"}},
	{"scenarios", Packages, []string{"-run", "TestCertify/scenarios/^pipeline", "./scenarios"}},
}

// commandTests are those of cmd that are about the pipeline.
const commandTests = "TestScripts/^pipeline|^TestStarterConfigurationIsTheDefaults$|^TestEveryOperatorsEventHasACommand$|" +
	"^TestExitStatusOfProjectsThatRan$|^TestWhatMendsMostComesFirst$|^TestTimeLineBegins$|^TestThresholdsHaveTheirUnits$"
