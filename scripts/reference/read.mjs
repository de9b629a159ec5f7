// What the library exports, with its docstrings, as plain data: one entry point after the other.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";

const HOME = join(import.meta.dirname, "..", "..", "packages", "recloser");
const SOURCES = `${HOME}/src/`.replaceAll("\\", "/");
const TAGS = new Set(["param", "returns", "throws", "example", "internal"]);
const printer = ts.createPrinter({ removeComments: true });

/** Every entry point of the library's package.json, read from the sources: no build is needed. */
export function readReference() {
  const { name, exports } = JSON.parse(readFileSync(join(HOME, "package.json"), "utf8"));
  const entries = Object.entries(exports)
    .filter(([, target]) => typeof target === "object")
    .map(([path, target]) => ({
      name: path.replace(/^\./, name),
      page: `${path === "." ? name : path.slice(2).replaceAll("/", "-")}.md`,
      file: join(HOME, target.default.replace("./dist/", "src/").replace(/\.js$/, ".ts")),
    }));
  const { config } = ts.readConfigFile(join(HOME, "tsconfig.json"), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, HOME);
  const program = ts.createProgram(
    entries.map(({ file }) => file),
    { ...options, composite: false, noEmit: true },
  );
  const reader = new Reader(program);
  for (const entry of entries) reader.declare(entry);
  return entries.map((entry) => reader.entry(entry));
}

class Reader {
  #program;
  #checker;
  #exported = new Set();
  /** What has a place on some page, by its declaration. */
  #placed = new Set();
  /** Types that were named and have no place yet. */
  #unplaced = [];

  constructor(program) {
    this.#program = program;
    this.#checker = program.getTypeChecker();
  }

  declare(entry) {
    for (const symbol of this.#exportsOf(entry)) {
      this.#exported.add(symbol);
      this.#placed.add(symbol);
    }
  }

  entry({ name, page, file }) {
    const head = /^\s*\/\*\*([\s\S]*?)\*\//.exec(readFileSync(file, "utf8"))?.[1] ?? "";
    const about = head.replace(/^\s*\* ?/gm, "").replace(/^@.*$/gm, "");
    const items = this.#exportsOf({ file }).map((symbol) => this.#item(symbol));
    const inner = [];
    for (let next = this.#unplaced.shift(); next !== undefined; next = this.#unplaced.shift())
      inner.push(this.#item(next));
    return { name, page, about: about.trim(), items, inner };
  }

  #exportsOf({ file }) {
    const module = this.#checker.getSymbolAtLocation(this.#program.getSourceFile(file));
    return this.#checker.getExportsOfModule(module).map((symbol) => this.#target(symbol));
  }

  #target(symbol) {
    return symbol.flags & ts.SymbolFlags.Alias ? this.#checker.getAliasedSymbol(symbol) : symbol;
  }

  #item(symbol) {
    const node = symbol.declarations[0];
    const item = { name: symbol.name, ...this.#doc(symbol) };
    if (ts.isClassDeclaration(node)) return { ...item, kind: "class", members: this.#membersOf(node) };
    if (ts.isFunctionDeclaration(node))
      return { ...item, kind: "function", signature: this.#signature(`function ${symbol.name}`, node) };
    if (ts.isInterfaceDeclaration(node)) {
      const inherits = (node.heritageClauses ?? []).flatMap(({ types }) =>
        types.map((type) => this.#text(type)),
      );
      return { ...item, kind: "interface", inherits, members: this.#membersOf(node) };
    }
    if (ts.isTypeAliasDeclaration(node)) {
      this.#text(node.type);
      return { ...item, kind: "type", source: node.getText().replace(/^export /, "") };
    }
    return { ...item, kind: "value", type: this.#typeOf(node), members: this.#parts(symbol, node, false) };
  }

  /** What a user can reach of a class or an interface, in the order of the source. */
  #membersOf(node) {
    return node.members
      .filter(({ name, modifiers, symbol }) => {
        const hidden = modifiers?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword);
        return !hidden && !isInternal(symbol) && !(name !== undefined && ts.isPrivateIdentifier(name));
      })
      .flatMap((member) => this.#member(node, member));
  }

  #member(owner, member) {
    const isStatic = (ts.getCombinedModifierFlags(member) & ts.ModifierFlags.Static) !== 0;
    const name = `${isStatic ? `${owner.name.text}.` : ""}${member.name?.getText() ?? "constructor"}`;
    const symbol = member.symbol;
    const optional = member.questionToken !== undefined;
    const facts = { name, optional, ...this.#doc(symbol) };
    if (ts.isConstructorDeclaration(member))
      return { ...facts, signature: this.#signature(`new ${owner.name.text}`, member) };
    if (ts.isMethodDeclaration(member) || ts.isMethodSignature(member))
      return { ...facts, signature: this.#signature(`${name}${optional ? "?" : ""}`, member) };
    const members = this.#parts(symbol, member, owner.name.text.endsWith("Options")).map((part) => ({
      ...part,
      name: `${name}.${part.name}`,
    }));
    return { ...facts, type: this.#typeOf(member), members };
  }

  /** The parts of a type that is spelled out in place; of an option, also those of a type that has no docs elsewhere. */
  #parts(symbol, node, isOption) {
    const type = this.#checker.getNonNullableType(this.#checker.getTypeOfSymbol(symbol));
    if (type.isUnion() || type.getCallSignatures().length > 0) return [];
    return this.#checker.getPropertiesOfType(type).flatMap((part) => {
      const declared = part.declarations?.[0];
      if (declared === undefined || !ts.isPropertySignature(declared) || !isOurs(declared)) return [];
      const inPlace = ts.isTypeLiteralNode(declared.parent);
      const elsewhere = inPlace || this.#exported.has(declared.parent.symbol);
      if (inPlace ? !contains(node, declared) : !isOption || elsewhere) return [];
      const optional = (part.flags & ts.SymbolFlags.Optional) !== 0;
      return { name: part.name, optional, ...this.#doc(part), type: this.#typeOf(declared) };
    });
  }

  #signature(head, node) {
    const generics = node.typeParameters?.map((one) => this.#text(one)).join(", ");
    const parameters = node.parameters.map((one) => {
      const optional = one.questionToken !== undefined || one.initializer !== undefined;
      return `${one.dotDotDotToken ? "..." : ""}${one.name.getText()}${optional ? "?" : ""}: ${this.#typeOf(one)}`;
    });
    const returns = node.type === undefined ? "" : `: ${this.#text(node.type)}`;
    return { head: `${head}${generics === undefined ? "" : `<${generics}>`}`, parameters, returns };
  }

  #typeOf(node) {
    if (node.type !== undefined) return this.#text(node.type);
    return this.#checker.typeToString(this.#checker.getTypeAtLocation(node));
  }

  /** The text of a type, without its comments. Notes what it names. */
  #text(node) {
    this.#note(node);
    return printer.printNode(ts.EmitHint.Unspecified, node, node.getSourceFile()).replaceAll("    ", "  ");
  }

  #note(node) {
    const named = ts.isTypeReferenceNode(node)
      ? node.typeName
      : ts.isExpressionWithTypeArguments(node)
        ? node.expression
        : undefined;
    const symbol = named && this.#checker.getSymbolAtLocation(named);
    const target = symbol && this.#target(symbol);
    const declared = target?.declarations?.[0];
    if (declared !== undefined && !this.#placed.has(target) && isOurs(declared) && isType(declared)) {
      this.#placed.add(target);
      if (!isInternal(target)) this.#unplaced.push(target);
    }
    ts.forEachChild(node, (child) => this.#note(child));
  }

  #doc(symbol) {
    const tags = symbol.getJsDocTags(this.#checker);
    const of = (name) =>
      tags.filter((tag) => tag.name === name).map(({ text }) => ts.displayPartsToString(text));
    return {
      about: ts.displayPartsToString(symbol.getDocumentationComment(this.#checker)),
      parameters: of("param"),
      returns: of("returns"),
      throws: of("throws"),
      examples: of("example"),
      /** An @ that was meant as text is one, and takes the rest of the docstring with it. */
      strayTags: tags.map(({ name }) => name).filter((name) => !TAGS.has(name)),
    };
  }
}

const isOurs = (node) => node.getSourceFile().fileName.startsWith(SOURCES);
const isType = (node) => ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node);
const contains = (outer, inner) => outer.pos <= inner.pos && inner.end <= outer.end;
/** Marked as no user's business: `@internal` in its docstring. */
const isInternal = (symbol) => symbol?.getJsDocTags().some(({ name }) => name === "internal") ?? false;
