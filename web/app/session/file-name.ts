/** File ending by language, for the languages people download most; names as CodeMirror's language data has them. */
const ENDINGS: Readonly<Record<string, string>> = {
  C: 'c', 'C++': 'cpp', 'C#': 'cs', CSS: 'css', Clojure: 'clj', CoffeeScript: 'coffee', 'Common Lisp': 'lisp', Dart: 'dart',
  Diff: 'diff', Dockerfile: 'dockerfile', Elm: 'elm', Erlang: 'erl', Fortran: 'f90', Go: 'go', Groovy: 'groovy', HTML: 'html',
  Haskell: 'hs', JSON: 'json', 'JSON-LD': 'jsonld', JSX: 'jsx', Java: 'java', JavaScript: 'js', Julia: 'jl', Kotlin: 'kt',
  LESS: 'less', LaTeX: 'tex', Liquid: 'liquid', Lua: 'lua', Markdown: 'md', OCaml: 'ml', 'Objective-C': 'm', PHP: 'php',
  Pascal: 'pas', Perl: 'pl', PowerShell: 'ps1', 'Properties files': 'properties', ProtoBuf: 'proto', Python: 'py', R: 'r',
  Ruby: 'rb', Rust: 'rs', SCSS: 'scss', SQL: 'sql', Sass: 'sass', Scala: 'scala', Scheme: 'scm', Shell: 'sh', Stylus: 'styl',
  Swift: 'swift', TOML: 'toml', TSX: 'tsx', Tcl: 'tcl', TypeScript: 'ts', VHDL: 'vhd', Verilog: 'v', Vue: 'vue', WebAssembly: 'wat',
  XML: 'xml', YAML: 'yaml',
}; // biome-ignore format: a table

/**
 * Endings that a title may bring itself: those of text. Not of what the system runs or gives to another program when it is
 * opened (`.hta`, `.exe`, `.pdf`), since somebody else may have chosen the title and written the text.
 */
const TEXT_ENDINGS: ReadonlySet<string> = new Set([
  ...Object.values(ENDINGS),
  ...[
    'txt',
    'text',
    'markdown',
    'mdx',
    'rst',
    'adoc',
    'org',
    'bib',
    'csv',
    'tsv',
    'log',
    'ini',
    'cfg',
    'conf',
    'yml',
    'env',
  ],
  ...[
    'cc',
    'h',
    'hpp',
    'mjs',
    'cjs',
    'mts',
    'cts',
    'htm',
    'svelte',
    'astro',
    'bash',
    'zsh',
    'fish',
    'graphql',
    'patch',
  ],
]);

/** Characters that some file system refuses, and everything invisible. */
const REFUSED = /[\p{Cc}\p{Cf}<>:"/\\|?*]/gu;

/**
 * The name a document is downloaded under: its title made safe for every file system, with the language's ending unless the
 * title has one already.
 * @param language as CodeMirror's language data names it; empty means Markdown
 */
export function downloadFileName(title: string, language: string): string {
  const safe = safeTitle(title);
  const ending = /\.([a-z][a-z0-9]{0,9})$/i.exec(safe)?.[1]?.toLowerCase();
  if (ending !== undefined && TEXT_ENDINGS.has(ending)) return safe;
  return `${safe}.${ENDINGS[language || 'Markdown'] ?? 'txt'}`;
}

/** The name of the file with a document's owner key. */
export function ownerKeyFileName(title: string): string {
  return `${safeTitle(title)} – owner key.txt`;
}

function safeTitle(title: string): string {
  const base = title
    .replace(REFUSED, ' ')
    .replace(/\s+/gu, ' ')
    .replace(/^[. ]+|[. ]+$/gu, '');
  return shorten(base) || 'Untitled';
}

/** Leaves room for an ending within the 255 bytes that file systems take, without cutting a character. */
function shorten(name: string): string {
  let bytes = 0;
  let kept = '';
  for (const character of name) {
    bytes += new TextEncoder().encode(character).length;
    if (bytes > 200) break;
    kept += character;
  }
  return kept.trim();
}
