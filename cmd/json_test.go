package cmd

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/shadowrun/shadowrun/golden"
	"github.com/shadowrun/shadowrun/harness"
	"github.com/shadowrun/shadowrun/harness/ledger"
	"github.com/shadowrun/shadowrun/harness/monitor/capture"
	"github.com/shadowrun/shadowrun/harness/monitor/family"
	"github.com/shadowrun/shadowrun/harness/pipeline"
	"github.com/shadowrun/shadowrun/harness/pipeline/project"
	"github.com/shadowrun/shadowrun/harness/pipeline/store"
	"github.com/shadowrun/shadowrun/harness/report"
	"github.com/shadowrun/shadowrun/replay"
	"github.com/shadowrun/shadowrun/replay/explain"
)

// forms are the documents and objects that JSON.md describes, by their headings there.
var forms = map[string]reflect.Type{
	"summary":            reflect.TypeFor[summaryJSON](),
	"seedless workflow":  reflect.TypeFor[seedlessJSON](),
	"shadow":             reflect.TypeFor[shadowJSON](),
	"event":              reflect.TypeFor[eventJSON](),
	"plan":               reflect.TypeFor[planJSON](),
	"list":               reflect.TypeFor[listJSON](),
	"init":               reflect.TypeFor[initJSON](),
	"replay":             reflect.TypeFor[replaysJSON](),
	"show":               reflect.TypeFor[showJSON](),
	"diff":               reflect.TypeFor[comparisonJSON](),
	"explain":            reflect.TypeFor[explain.Explanation](),
	"lab --factors":      reflect.TypeFor[factorsJSON](),
	"doctor":             reflect.TypeFor[doctorJSON](),
	"findings":           reflect.TypeFor[findingsJSON](),
	"findings show":      reflect.TypeFor[findingShowJSON](),
	"findings accept":    reflect.TypeFor[acceptJSON](),
	"findings mended":    reflect.TypeFor[mendJSON](),
	"rules audit":        reflect.TypeFor[rulesJSON](),
	"golden ls":          reflect.TypeFor[goldenJSON](),
	"golden verify":      reflect.TypeFor[verifyJSON](),
	"golden sign":        reflect.TypeFor[signJSON](),
	"golden rotate-key":  reflect.TypeFor[rotateJSON](),
	"golden archive":     reflect.TypeFor[archiveJSON](),
	"golden prune":       reflect.TypeFor[pruneJSON](),
	"gate":               reflect.TypeFor[gateJSON](),
	"status":             reflect.TypeFor[statusJSON](),
	"sanity":             reflect.TypeFor[sanityJSON](),
	"stop status":        reflect.TypeFor[stopStatusJSON](),
	"stop enable":        reflect.TypeFor[stopChangeJSON](),
	"stop log":           reflect.TypeFor[stopLogJSON](),
	"monitor status":     reflect.TypeFor[monitorStatusJSON](),
	"deploy":             reflect.TypeFor[kitsJSON](),
	"deploy KIT":         reflect.TypeFor[deployJSON](),
	"runbook list":       reflect.TypeFor[runbooksJSON](),
	"runbook show":       reflect.TypeFor[runbookShowJSON](),
	"runbook lint":       reflect.TypeFor[lintJSON](),
	"runbook coverage":   reflect.TypeFor[coverageJSON](),
	"tabletop":           reflect.TypeFor[tabletopJSON](),
	"tabletop observe":   reflect.TypeFor[journalEntryJSON](),
	"version":            reflect.TypeFor[versionJSON](),
	"debug full":         reflect.TypeFor[fullJSON](),
	"debug tail":         reflect.TypeFor[entryJSON](),
	"debug cycles":       reflect.TypeFor[cyclesJSON](),
	"debug mismatches":   reflect.TypeFor[mismatchesJSON](),
	"debug golden":       reflect.TypeFor[storeJSON](),
	"debug process":      reflect.TypeFor[familyJSON](),
	"debug log":          reflect.TypeFor[logsJSON](),
	"capture":            reflect.TypeFor[captureJSON](),
	"versions":           reflect.TypeFor[versionsJSON](),
	"report":             reflect.TypeFor[report.Report](),
	"report compare":     reflect.TypeFor[report.Comparison](),
	"compared report":    reflect.TypeFor[report.Side](),
	"change":             reflect.TypeFor[report.Change](),
	"report's verdict":   reflect.TypeFor[report.Verdict](),
	"rejudged":           reflect.TypeFor[report.Rejudged](),
	"report's gate":      reflect.TypeFor[report.Gate](),
	"what ran":           reflect.TypeFor[report.Ran](),
	"named value":        reflect.TypeFor[report.Named](),
	"report's workflow":  reflect.TypeFor[report.Workflow](),
	"build":              reflect.TypeFor[report.Build](),
	"environment":        reflect.TypeFor[report.Environment](),
	"report's figures":   reflect.TypeFor[report.Figures](),
	"counts":             reflect.TypeFor[report.Counts](),
	"progression":        reflect.TypeFor[report.Progression](),
	"period":             reflect.TypeFor[report.Period](),
	"run time":           reflect.TypeFor[report.RunTime](),
	"bucket":             reflect.TypeFor[report.Bucket](),
	"bound":              reflect.TypeFor[report.Bound](),
	"verified goldens":   reflect.TypeFor[report.Store](),
	"report's finding":   reflect.TypeFor[report.Finding](),
	"proven":             reflect.TypeFor[report.Proven](),
	"report's mend":      reflect.TypeFor[report.Mended](),
	"report's rule":      reflect.TypeFor[report.Rule](),
	"unknown":            reflect.TypeFor[report.Unknown](),
	"interruption":       reflect.TypeFor[report.Interruption](),
	"gap":                reflect.TypeFor[report.Gap](),
	"report's alert":     reflect.TypeFor[report.Alert](),
	"drill":              reflect.TypeFor[report.Tabletop](),
	"drill's step":       reflect.TypeFor[report.TabletopStep](),
	"runbook's coverage": reflect.TypeFor[report.Coverage](),
	"follow-up":          reflect.TypeFor[report.FollowUp](),
	"people":             reflect.TypeFor[report.People](),
	"report --bundle":    reflect.TypeFor[bundledJSON](),
	"report sign":        reflect.TypeFor[signedJSON](),
	"verify":             reflect.TypeFor[verifiedJSON](),

	"drilled step":               reflect.TypeFor[drilledStepJSON](),
	"drilled scenario":           reflect.TypeFor[drilledScenarioJSON](),
	"pipeline":                   reflect.TypeFor[pipelineDoneJSON](),
	"pipeline run":               reflect.TypeFor[pipelineRunJSON](),
	"pipeline status":            reflect.TypeFor[pipeline.Status](),
	"pipeline list":              reflect.TypeFor[pipelineListJSON](),
	"pipeline history":           reflect.TypeFor[pipelineHistoryJSON](),
	"pipeline history --follow":  reflect.TypeFor[pipelineTransitionJSON](),
	"pipeline health":            reflect.TypeFor[pipelineHealthJSON](),
	"pipeline breaker status":    reflect.TypeFor[pipelineBreakersJSON](),
	"pipeline dead-letters list": reflect.TypeFor[pipelineLettersJSON](),
	"pipeline agent check":       reflect.TypeFor[pipelineAgentsJSON](),
	"pipeline agent invoke":      reflect.TypeFor[pipelineInvocationJSON](),
	"pipeline gate show":         reflect.TypeFor[pipelineGatesJSON](),
	"pipeline doctor":            reflect.TypeFor[pipelineDoctorJSON](),
	"pipeline backups":           reflect.TypeFor[pipelineBackupsJSON](),
	"pipeline rollback":          reflect.TypeFor[pipelineRevisionsJSON](),

	"project's run":      reflect.TypeFor[pipelineRanJSON](),
	"project's health":   reflect.TypeFor[pipelineVerdictJSON](),
	"project's finding":  reflect.TypeFor[project.Finding](),
	"project's engine":   reflect.TypeFor[store.Holder](),
	"project":            reflect.TypeFor[pipeline.Listed](),
	"stage":              reflect.TypeFor[project.StageState](),
	"checkpoint":         reflect.TypeFor[project.Checkpoint](),
	"recovery":           reflect.TypeFor[project.Recovery](),
	"circuit breaker":    reflect.TypeFor[project.Breaker](),
	"service's breaker":  reflect.TypeFor[pipeline.BreakerStatus](),
	"gate's adjustment":  reflect.TypeFor[project.Adjustment](),
	"quality gate":       reflect.TypeFor[pipeline.GateStatus](),
	"transition":         reflect.TypeFor[project.Entry](),
	"dead letter":        reflect.TypeFor[project.DeadLetter](),
	"thresholds":         reflect.TypeFor[project.Thresholds](),
	"agent":              reflect.TypeFor[pipeline.AgentCheck](),
	"agent's attempt":    reflect.TypeFor[pipeline.AgentRun](),
	"agent's invocation": reflect.TypeFor[pipeline.Invocation](),
	"agent's answer":     reflect.TypeFor[pipeline.Answer](),
	"agent's failure":    reflect.TypeFor[pipeline.Failure](),
	"damaged file":       reflect.TypeFor[store.Damage](),
	"backup":             reflect.TypeFor[store.Backup](),
	"revision":           reflect.TypeFor[pipeline.Revision](),

	"emergency stop":           reflect.TypeFor[stopJSON](),
	"step":                     reflect.TypeFor[stepJSON](),
	"action":                   reflect.TypeFor[actionJSON](),
	"alert":                    reflect.TypeFor[alertJSON](),
	"delivery":                 reflect.TypeFor[deliveryJSON](),
	"kit":                      reflect.TypeFor[kitJSON](),
	"runbook":                  reflect.TypeFor[runbookJSON](),
	"procedure":                reflect.TypeFor[procedureJSON](),
	"runbook's step":           reflect.TypeFor[runbookStepJSON](),
	"runbook's problem":        reflect.TypeFor[lintProblemJSON](),
	"step's coverage":          reflect.TypeFor[stepCoverageJSON](),
	"step's use":               reflect.TypeFor[stepUseJSON](),
	"orphan":                   reflect.TypeFor[orphanJSON](),
	"runbook's figures":        reflect.TypeFor[stepFiguresJSON](),
	"GET /api/v1/progress":     reflect.TypeFor[progressJSON](),
	"GET /api/v1/findings/KEY": reflect.TypeFor[servedFindingJSON](),
	"point":                    reflect.TypeFor[pointJSON](),
	"workflow's share":         reflect.TypeFor[workflowShareJSON](),
	"served difference":        reflect.TypeFor[servedDifferenceJSON](),

	"figures":               reflect.TypeFor[countersJSON](),
	"cycle's time":          reflect.TypeFor[cycleTimeJSON](),
	"mismatch":              reflect.TypeFor[mismatchJSON](),
	"latest verdict":        reflect.TypeFor[verdictJSON](),
	"segments":              reflect.TypeFor[segmentsJSON](),
	"log file":              reflect.TypeFor[logJSON](),
	"process":               reflect.TypeFor[family.Process](),
	"limit":                 reflect.TypeFor[family.Limit](),
	"memory and load":       reflect.TypeFor[family.Machine](),
	"captured file":         reflect.TypeFor[capture.File](),
	"sign-off":              reflect.TypeFor[signOffJSON](),
	"evidence check":        reflect.TypeFor[checkedJSON](),
	"missing file":          reflect.TypeFor[capture.Missing](),
	"hour":                  reflect.TypeFor[hourJSON](),
	"holder":                reflect.TypeFor[ledger.Holder](),
	"finding":               reflect.TypeFor[findingJSON](),
	"finding's explanation": reflect.TypeFor[explainedJSON](),
	"factor":                reflect.TypeFor[explain.Factor](),
	"field":                 reflect.TypeFor[explain.Field](),
	"arm":                   reflect.TypeFor[explain.Arm](),
	"cell":                  reflect.TypeFor[explain.Cell](),
	"seed finding":          reflect.TypeFor[explain.SeedFinding](),
	"failure":               reflect.TypeFor[explain.Failure](),
	"sight":                 reflect.TypeFor[sightJSON](),
	"acceptance":            reflect.TypeFor[acceptedJSON](),
	"mend":                  reflect.TypeFor[mendedJSON](),
	"rule":                  reflect.TypeFor[ruleJSON](),
	"run":                   reflect.TypeFor[runJSON](),
	"replayed":              reflect.TypeFor[replayJSON](),
	"difference":            reflect.TypeFor[replay.Difference](),
	"covered":               reflect.TypeFor[coveredJSON](),
	"circumstances":         reflect.TypeFor[replay.Circumstances](),
	"workflow":              reflect.TypeFor[workflowJSON](),
	"cycle":                 reflect.TypeFor[harness.Cycle](),
	"planned run":           reflect.TypeFor[harness.PlannedRun](),
	"gate's check":          reflect.TypeFor[gateCheckJSON](),
	"gate's acceptance":     reflect.TypeFor[gateAcceptedJSON](),
	"problem":               reflect.TypeFor[problemJSON](),
	"pair":                  reflect.TypeFor[shadowPairJSON](),
	"factor's levels":       reflect.TypeFor[factorLevelJSON](),
	"machine":               reflect.TypeFor[machineJSON](),
	"client":                reflect.TypeFor[clientJSON](),
	"program":               reflect.TypeFor[programJSON](),
	"condition":             reflect.TypeFor[conditionJSON](),
	"soak's process":        reflect.TypeFor[processJSON](),
	"soak's stop":           reflect.TypeFor[stopStateJSON](),
	"disk":                  reflect.TypeFor[diskJSON](),
	"part":                  reflect.TypeFor[sanityPartJSON](),
}

// described is one section of JSON.md.
type described struct {
	name    string
	fields  []field
	example string
}

type field struct {
	Name     string
	Optional bool
}

var (
	sectionHeading = regexp.MustCompile("(?m)^## `(.*)`$")
	tableRow       = regexp.MustCompile("(?m)^\\| `(.*?)` \\| (optional: )?")
	exampleBlock   = regexp.MustCompile("(?s)```json\n(.*?)```")
)

func readDocumentation(t *testing.T) []described {
	t.Helper()
	text, err := os.ReadFile("JSON.md")
	if err != nil {
		t.Fatal(err)
	}
	var all []described
	at := sectionHeading.FindAllSubmatchIndex(text, -1)
	for i, m := range at {
		end := len(text)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		body := text[m[1]:end]
		d := described{name: string(text[m[2]:m[3]])}
		for _, row := range tableRow.FindAllSubmatch(body, -1) {
			d.fields = append(d.fields, field{string(row[1]), len(row[2]) > 0})
		}
		if example := exampleBlock.FindSubmatch(body); example != nil {
			d.example = string(example[1])
		}
		all = append(all, d)
	}
	return all
}

// fieldsOf returns the fields of an object as encoding/json prints them.
func fieldsOf(form reflect.Type) []field {
	var all []field
	for f := range form.Fields() {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case name == "-" || name == "" && !f.Anonymous:
		case name == "":
			all = append(all, fieldsOf(f.Type)...)
		default:
			all = append(all, field{name, options == "omitempty" || options == "omitzero"})
		}
	}
	return all
}

func TestEveryFieldThatIsPrintedIsDocumented(t *testing.T) {
	var names []string
	for _, d := range readDocumentation(t) {
		names = append(names, d.name)
		if forms[d.name] == nil {
			continue // told below
		}
		if diff := cmp.Diff(fieldsOf(forms[d.name]), d.fields); diff != "" {
			t.Errorf("JSON.md, %q (-printed +documented):\n%s", d.name, diff)
		}
	}
	if diff := cmp.Diff(slices.Sorted(maps.Keys(forms)), slices.Sorted(slices.Values(names))); diff != "" {
		t.Errorf("forms (-printed +documented):\n%s", diff)
	}
}

func TestDocumentedExamplesAreWhole(t *testing.T) {
	for _, d := range readDocumentation(t) {
		if _, versioned := forms[d.name].FieldByName("Version"); !versioned {
			continue // an object within a document
		}
		t.Run(d.name, func(t *testing.T) {
			value := reflect.New(forms[d.name])
			decoder := json.NewDecoder(strings.NewReader(d.example))
			decoder.DisallowUnknownFields()
			if err := decoder.Decode(value.Interface()); err != nil {
				t.Fatalf("example: %v", err)
			}
			again, err := json.Marshal(value.Interface())
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(canonical(t, d.example), canonical(t, string(again))); diff != "" {
				t.Errorf("example (-documented +printed):\n%s", diff)
			}
		})
	}
}

func canonical(t *testing.T, text string) string {
	t.Helper()
	out, err := golden.AppendCanonical(nil, []byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return string(out)
}

// A form is a type whose name ends in JSON: none is left out.
func TestEveryFormIsDocumented(t *testing.T) {
	known := map[string]bool{"tallyJSON": true} // figures, but for the sizes
	for _, form := range forms {
		known[form.Name()] = true
	}
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, name := range files {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok && strings.HasSuffix(spec.Name.Name, "JSON") && !known[spec.Name.Name] {
				t.Errorf("%s: %s is in no section of JSON.md", name, spec.Name.Name)
			}
			return true
		})
	}
}
