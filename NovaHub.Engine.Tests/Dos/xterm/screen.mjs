// Reads programs of terminal output (base64, one a line) and answers each with the final screen as JSON.
import { createInterface } from 'node:readline';
import xterm from '@xterm/headless';

for await (const line of createInterface({ input: process.stdin })) {
  const terminal = new xterm.Terminal({ rows: 25, cols: 80, scrollback: 0, allowProposedApi: true });
  await new Promise(done => terminal.write(Buffer.from(line, 'base64'), done));
  const buffer = terminal.buffer.active;
  const rows = Array.from({ length: 25 }, (_, y) => buffer.getLine(y).translateToString(true));
  process.stdout.write(JSON.stringify({ rows, x: buffer.cursorX, y: buffer.cursorY }) + '\n');
  terminal.dispose();
}
