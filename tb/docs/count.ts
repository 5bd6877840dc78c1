/** How long a program is, whatever its language: lines and tokens, without comments, blank lines and imports. */

/** Where comments begin in each language, and lines that only bring other files in. */
const languages: Readonly<Record<string, { readonly comments: RegExp; readonly imports: RegExp }>> = {
  ts: { comments: /\/\/[^\n]*|\/\*[\s\S]*?\*\//g, imports: /^import .*$/gm },
  scala: { comments: /\/\/[^\n]*|\/\*[\s\S]*?\*\//g, imports: /^import .*$/gm },
  py: { comments: /#[^\n]*|^\s*"""[\s\S]*?"""\s*$/gm, imports: /^(?:import|from) .*$/gm },
  v: { comments: /\/\/[^\n]*|\/\*[\s\S]*?\*\//g, imports: /(?!)/g },
};
/** A string, a number (Verilog's with their base), a word, an operator of several characters, or any other character. */
const token =
  /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`|\d*'[bdh][\da-fA-F_xz]+|\d[\w.]*|[A-Za-z_$][\w$]*|=>|===|=\/=|:=|<=|>=|==|!=|&&|\|\||<<|>>|\+:|##|@\*|[^\s]/g;

export interface Size {
  readonly lines: number;
  readonly tokens: number;
}
/** @param extension of the file: ts, scala, py or v */
export const sizeOf = (text: string, extension: string): Size => {
  const language = languages[extension];
  if (language === undefined) throw new Error(`no way to count .${extension}: there are ${Object.keys(languages).join(", ")}`);
  const code = text.replace(language.comments, "").replace(language.imports, "");
  return { lines: code.split("\n").filter((line) => line.trim() !== "").length, tokens: (code.match(token) ?? []).length };
};
