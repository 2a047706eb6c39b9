// Renders our chart with Go's own template engine, Sprig and the YAML library that Helm uses, to compare with what the tests use.
//
// Reads {"files": {PATH: TEXT}, "scope": {…}} from stdin, writes {"texts": {PATH: TEXT}} or {"error": TEXT} to stdout.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"os"
	"strings"
	"text/template"

	"github.com/Masterminds/sprig"
	"sigs.k8s.io/yaml"
)

type input struct {
	Files map[string]string      `json:"files"`
	Scope map[string]interface{} `json:"scope"`
}

type files map[string]string

// Get is what charts call as .Files.Get.
func (f files) Get(path string) string { return f[path] }

func main() {
	var in input
	if err := json.NewDecoder(os.Stdin).Decode(&in); err != nil {
		panic(err)
	}
	texts, err := render(in)
	answer := map[string]interface{}{"texts": texts}
	if err != nil {
		answer = map[string]interface{}{"error": err.Error()}
	}
	if err := json.NewEncoder(os.Stdout).Encode(answer); err != nil {
		panic(err)
	}
}

func render(in input) (map[string]string, error) {
	root := template.New("chart").Option("missingkey=zero")
	root.Funcs(sprig.TxtFuncMap()).Funcs(helmFunctions(root))
	for path, text := range in.Files {
		if !strings.HasPrefix(path, "templates/") {
			continue
		}
		if _, err := root.New(path).Parse(text); err != nil {
			return nil, err
		}
	}
	in.Scope["Files"] = files(in.Files)
	texts := map[string]string{}
	for path := range in.Files {
		name := strings.TrimPrefix(path, "templates/")
		if name == path || strings.HasPrefix(name, "_") || strings.Contains(name, "/_") {
			continue
		}
		var out bytes.Buffer
		if err := root.ExecuteTemplate(&out, path, in.Scope); err != nil {
			return nil, err
		}
		text := strings.ReplaceAll(out.String(), "<no value>", "")
		if strings.TrimSpace(text) != "" {
			texts[name] = text
		}
	}
	return texts, nil
}

// What Helm adds to Sprig.
func helmFunctions(root *template.Template) template.FuncMap {
	return template.FuncMap{
		"include": func(name string, scope interface{}) (string, error) {
			var out bytes.Buffer
			err := root.ExecuteTemplate(&out, name, scope)
			return out.String(), err
		},
		"required": func(message string, value interface{}) (interface{}, error) {
			if value == nil || value == "" {
				return value, errors.New(message)
			}
			return value, nil
		},
		"toYaml": func(value interface{}) (string, error) {
			text, err := yaml.Marshal(value)
			return strings.TrimSuffix(string(text), "\n"), err
		},
		"fromYaml": func(text string) (map[string]interface{}, error) {
			value := map[string]interface{}{}
			err := yaml.Unmarshal([]byte(text), &value)
			return value, err
		},
		"fromYamlArray": func(text string) ([]interface{}, error) {
			value := []interface{}{}
			err := yaml.Unmarshal([]byte(text), &value)
			return value, err
		},
		"lookup": func(string, string, string, string) map[string]interface{} { return map[string]interface{}{} },
	}
}
