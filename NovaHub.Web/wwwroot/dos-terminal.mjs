import { Terminal } from './lib/xterm/xterm.mjs';

// The VGA text palette: what the games were drawn for
const vga = {
  background: '#000000', foreground: '#aaaaaa', cursor: '#000000',
  black: '#000000', red: '#aa0000', green: '#00aa00', yellow: '#aa5500',
  blue: '#0000aa', magenta: '#aa00aa', cyan: '#00aaaa', white: '#aaaaaa',
  brightBlack: '#555555', brightRed: '#ff5555', brightGreen: '#55ff55', brightYellow: '#ffff55',
  brightBlue: '#5555ff', brightMagenta: '#ff55ff', brightCyan: '#55ffff', brightWhite: '#ffffff',
};
const probe = 20;

/** Makes an 80x25 screen that fills the element's width. */
export async function create(element) {
  // Measured before the font is there, every cell would have the wrong width for good
  await document.fonts.load(`${probe}px "Hub Mono"`);
  const term = new Terminal({
    cols: 80, rows: 25, scrollback: 0, disableStdin: true, cursorBlink: false, cursorInactiveStyle: 'none',
    fontFamily: '"Hub Mono", monospace', fontSize: probe, lineHeight: 1, theme: vga,
    // On a VGA screen bright is a colour, not a weight
    drawBoldTextInBrightColors: true, fontWeightBold: 'normal',
  });
  term.open(element);
  // Nobody types here, so Tab must not stop here
  term.textarea.disabled = true;
  term.textarea.tabIndex = -1;
  term.textarea.setAttribute('aria-hidden', 'true');

  const widthAtProbe = element.querySelector('.xterm-screen').getBoundingClientRect().width;
  const frame = element.parentElement;
  let wanted = 0;
  const fit = () => {
    const size = Math.max(4, Math.min(18, Math.floor(frame.clientWidth / widthAtProbe * probe * 10) / 10));
    if (size !== wanted) {
      wanted = size;
      term.options.fontSize = size;
    }
  };
  const observer = new ResizeObserver(() => requestAnimationFrame(fit));
  observer.observe(frame);
  fit();

  return {
    write: bytes => new Promise(done => term.write(bytes, done)),
    clear: () => term.reset(),
    /** The screen as text, for tests. */
    text: () => Array.from({ length: 25 }, (_, y) => term.buffer.active.getLine(term.buffer.active.baseY + y)?.translateToString(true) ?? '').join('\n'),
    end: () => { observer.disconnect(); term.dispose(); },
  };
}
