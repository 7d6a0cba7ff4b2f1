// Parses every Apex class and trigger below a folder; prints FILE:LINE:COLUMN and what is wrong, and exits 1 where something is.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ApexErrorListener, ApexParserFactory } from "@apexdevtools/apex-parser";

class Complaints extends ApexErrorListener {
  constructor(file) {
    super();
    this.file = file;
    this.lines = [];
  }

  apexSyntaxError(line, column, message) {
    this.lines.push(`${this.file}:${line}:${column} ${message.slice(0, 200)}`);
  }
}

function complaintsAbout(file) {
  const complaints = new Complaints(file);
  const { parser } = ApexParserFactory.createLexerAndParser(readFileSync(file, "utf8"), complaints);
  if (file.endsWith(".trigger")) parser.triggerUnit();
  else parser.compilationUnit();
  return complaints.lines;
}

const root = process.argv[2];
const files = readdirSync(root, { recursive: true }).filter((name) => /\.(cls|trigger)$/.test(name));
const lines = files.flatMap((name) => complaintsAbout(join(root, name)));
for (const line of lines) console.log(line);
console.log(`${files.length} files, ${lines.length} complaints`);
process.exit(lines.length || !files.length ? 1 : 0);
