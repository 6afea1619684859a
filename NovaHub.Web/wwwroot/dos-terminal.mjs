import { Terminal } from './lib/xterm/xterm.mjs';

// The VGA text palette: what the games were drawn for
const vga = {
  background: '#000000', foreground: '#aaaaaa', cursor: '#000000',
  black: '#000000', red: '#aa0000', green: '#00aa00', yellow: '#aa5500',
  blue: '#0000aa', magenta: '#aa00aa', cyan: '#00aaaa', white: '#aaaaaa',
  brightBlack: '#555555', brightRed: '#ff5555', brightGreen: '#55ff55', brightYellow: '#ffff55',
  brightBlue: '#5555ff', brightMagenta: '#ff55ff', brightCyan: '#55ffff', brightWhite: '#ffffff',
};
// The height of a glyph of the font: at this size each of its dots is one of the screen's
const glyph = 16;

/** Makes an 80x25 screen that fills the element's width. */
export async function create(element) {
  // Measured before the font is there, every cell would have the wrong width for good
  await document.fonts.load(`${glyph}px "Hub DOS"`);
  const term = new Terminal({
    cols: 80, rows: 25, scrollback: 0, disableStdin: true, cursorBlink: false, cursorInactiveStyle: 'none',
    fontFamily: '"Hub DOS", "Hub Mono", monospace', fontSize: glyph, lineHeight: 1, theme: vga,
    // On a VGA screen bright is a colour, not a weight
    drawBoldTextInBrightColors: true, fontWeightBold: 'normal',
  });
  term.open(element);
  // Nobody types here, so Tab must not stop here
  term.textarea.disabled = true;
  term.textarea.tabIndex = -1;
  term.textarea.setAttribute('aria-hidden', 'true');

  const widthAtGlyph = element.querySelector('.xterm-screen').getBoundingClientRect().width;
  const frame = element.parentElement;
  let wanted = 0;
  const fit = () => {
    const whole = Math.floor(frame.clientWidth / widthAtGlyph);
    // Larger only in whole steps, so that dots stay dots; a narrow page gets what fits
    const size = whole >= 1 ? Math.min(2, whole) * glyph : Math.max(4, Math.floor(frame.clientWidth / widthAtGlyph * glyph * 10) / 10);
    if (size !== wanted) {
      wanted = size;
      term.options.fontSize = size;
    }
    // Between two dots of the screen, block characters would show seams
    element.style.left = element.style.top = '0';
    const { left, top } = element.getBoundingClientRect();
    element.style.left = `${Math.round(left) - left}px`;
    element.style.top = `${Math.round(top + scrollY) - top - scrollY}px`;
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
