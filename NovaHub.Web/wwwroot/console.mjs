// What the pages need of the browser before and beside the circuit: time zone, theme, skip link.
const themeCookie = 'novahub.theme';
const dark = matchMedia('(prefers-color-scheme: dark)');

function remember(name, value) {
  const secure = location.protocol === 'https:' ? '; secure' : '';
  document.cookie = `${name}=${value}; path=/; max-age=31536000; samesite=lax${secure}`;
}

function chosen() {
  return document.cookie.split('; ').find(c => c.startsWith(`${themeCookie}=`))?.slice(themeCookie.length + 1) ?? 'dark';
}

function show(isDark) {
  document.documentElement.dataset.theme = isDark ? 'dark' : 'light';
  document.querySelector('meta[name=color-scheme]').content = isDark ? 'dark' : 'light';
}

export function rememberTheme(theme) {
  const isDark = theme === 'system' ? dark.matches : theme === 'dark';
  remember(themeCookie, theme === 'system' ? `system-${isDark ? 'dark' : 'light'}` : theme);
  show(isDark);
  return isDark;
}

/** Tells the circuit when the system's scheme changes and the viewer follows it; at once if it changed meanwhile. */
export function watchScheme(circuit) {
  const look = () => {
    if (chosen().startsWith('system-') && chosen() !== `system-${dark.matches ? 'dark' : 'light'}`) {
      rememberTheme('system');
      circuit.invokeMethodAsync('SchemeChanged', dark.matches);
    }
  };
  dark.addEventListener('change', look);
  look();
  return { end: () => dark.removeEventListener('change', look) };
}

/** Copies a text. Without TLS the browser has no clipboard for pages, and the old way still works. */
export async function copyText(text) {
  if (navigator.clipboard) {
    try {
      await navigator.clipboard.writeText(text);
      return true;
    } catch {
      // Not allowed: the old way
    }
  }
  const field = document.createElement('textarea');
  field.value = text;
  field.style.position = 'fixed';
  field.style.opacity = '0';
  // Inside a dialog, whose focus trap would take the focus back
  (document.activeElement?.closest('[role=dialog]') ?? document.body).append(field);
  field.select();
  const done = document.execCommand('copy');
  field.remove();
  return done;
}

/** Opens the search with Ctrl+K, or ⌘K, wherever the focus is. */
export function watchSearchKeys(circuit) {
  const press = e => {
    if ((e.ctrlKey || e.metaKey) && !e.altKey && !e.shiftKey && e.key.toLowerCase() === 'k') {
      e.preventDefault();
      circuit.invokeMethodAsync('OpenAsync');
    }
  };
  document.addEventListener('keydown', press);
  return { end: () => document.removeEventListener('keydown', press) };
}

/** Brings a row of a list of equal rows into sight, in the middle where the list is long enough. */
export function scrollToRow(list, row, height, left) {
  list.scrollTop = Math.max(0, row * height - list.clientHeight / 2);
  if (left < list.scrollLeft || left > list.scrollLeft + list.clientWidth * .75) {
    list.scrollLeft = Math.max(0, left - list.clientWidth / 2);
  }
  // The list itself may reach below the window, and below the bar at its top
  const y = list.getBoundingClientRect().top + row * height - list.scrollTop;
  scrollBy(0, Math.max(0, y + 3 * height - innerHeight) + Math.min(0, y - 80));
}

/** Remembers where the focus is, to give it back. */
export function holdFocus() {
  const held = document.activeElement;
  return {
    // The dialog goes and lets go of the focus in its own time, and may drop it once more: for a second it is picked up
    end: () => {
      let looks = 20;
      const look = () => {
        if (document.activeElement === document.body && held?.isConnected && !document.querySelector('[role=dialog]')) held.focus();
        if (--looks > 0) setTimeout(look, 50);
      };
      look();
    },
  };
}

/** Opens the help with ?, except where it is typed into something or a dialog is open. */
export function watchHelpKey(circuit) {
  const press = e => {
    if (e.key === '?' && !e.ctrlKey && !e.metaKey && !e.altKey && !e.isComposing
        && !e.target.closest?.('input, textarea, select, [contenteditable], [role=dialog]')) {
      e.preventDefault();
      circuit.invokeMethodAsync('OpenAsync');
    }
  };
  document.addEventListener('keydown', press);
  document.documentElement.dataset.keys = 'on';
  return { end: () => document.removeEventListener('keydown', press) };
}

export function rememberColumns(text) {
  remember('novahub.columns', text);
}

export function rememberGuide(choice) {
  remember('novahub.guide', choice);
}

remember('novahub.zone', Intl.DateTimeFormat().resolvedOptions().timeZone);
if (!window.hubSkips) {
  window.hubSkips = true;
  // A plain #main would be resolved against <base> and lead to the dashboard
  document.addEventListener('click', e => {
    if (e.target.closest?.('.skip-link')) {
      e.preventDefault();
      document.getElementById('main')?.focus();
    }
  });
  // Small menus close when the focus or a click goes elsewhere, and with Escape
  const closeMenus = except => document.querySelectorAll('details.menu[open]').forEach(m => { if (m !== except) m.open = false; });
  document.addEventListener('click', e => closeMenus(e.target.closest?.('details.menu')));
  document.addEventListener('keydown', e => {
    if (e.key === 'Escape') {
      const open = document.querySelector('details.menu[open]');
      open?.querySelector('summary').focus();
      closeMenus(null);
    }
  });
}
