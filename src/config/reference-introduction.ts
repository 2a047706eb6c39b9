/** The part of `docs/config.md` that is written by hand. */
export const referenceIntroduction = `# Settings

<!-- Generated from src/config/schema: do not edit. -->

Winnow needs no settings file: flags are enough for a first look. For more, write \`winnow.yaml\`; [example.winnow.yaml](example.winnow.yaml)
is one to begin with. \`winnow config check\` says what is wrong with one, with line, value and next step; \`winnow config schema\`
prints its JSON Schema ([config.schema.json](config.schema.json)), which editors understand:

\`\`\`yaml
# yaml-language-server: $schema=./config.schema.json
\`\`\`

## Where settings come from

Flags win over environment variables, variables over the settings file, the file over defaults. Maps are merged; lists are replaced.

The file is the one that \`--config\` names, else \`WINNOW_CONFIG\`, else the first there is of

1. \`./winnow.yaml\`,
2. \`$XDG_CONFIG_HOME/winnow/config.yaml\` (\`~/.config/winnow/config.yaml\`),
3. \`/etc/winnow/config.yaml\`.

An unknown key, an unknown \`WINNOW_…\` variable and a malformed value stop Winnow with exit code 2: a setting with a slip in it would
otherwise be a setting that is not there. Variables that Kubernetes makes for services beside the pod (\`WINNOW_SERVICE_HOST\`,
\`WINNOW_PORT=tcp://…\`) are passed over, and so are those that settings name for secrets. A variable that is empty counts as not set.
Lists in variables are separated by commas.

The flags \`--transient\`, \`--retained\` and \`--protected\` (each a glob, each more than once) make a class each, named like its kind. Given any
of them, the classes of the file do not count. \`--records\`, too, takes the place of all record sources of the file.

## How values are written

| type | written | meaning |
| --- | --- | --- |
| duration | \`30s\`, \`96h\`, \`1h30m\`, \`7d\`, \`2w\`, \`0\` | units: \`ms s m h d w\` |
| size | \`4Mi\`, \`10Gi\`, \`500M\`, \`1024\` | \`Ki Mi Gi Ti\` are powers of 1024, \`k M G T\` of 1000 |
| share | \`0.5\`, \`50%\` | from 0 to 1 |
| number | \`8\` | a whole number |
| path | \`/etc/x\`, \`x\`, \`~/x\` | in a file relative to its folder, else to the working directory; \`~/\` is the home directory |
| glob | \`team/*\`, \`team/**\`, \`app-?\` | \`*\` any run of characters but \`/\`, \`**\` any run at all, \`?\` one character but \`/\`; it matches the whole name, without the registry's host |
| pattern | \`(?<id>\\d+)-.*\` | [RE2 syntax](https://github.com/google/re2/wiki/Syntax); it matches the whole tag |
| short form | \`file:records.csv\` | \`file:PATH\`, \`sqlite:PATH?query=SELECT…\`, \`postgres://USER@HOST/DATABASE?query=SELECT…\`, \`https://HOST/PATH#status=FIELD\` |

Passwords and tokens stand in files of their own, or in variables; a settings file names those. The one exception is the password in
a \`postgres://\` URL. Whatever Winnow prints, it hides them.`;
