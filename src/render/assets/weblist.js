/* Annotated source in a page: goes from hot line to hot line, opens machine code, searches.
 *
 * The page is there without it; everything of the profile is text.
 */
(function () {
  'use strict';
  const app = document.querySelector('.listing'), main = app.querySelector('main');
  const lines = Array.from(main.querySelectorAll('.l')), sections = Array.from(main.querySelectorAll('section'));
  const hot = lines.filter(function (l) { return l.classList.contains('hot'); });
  const folds = Array.from(main.querySelectorAll('details'));
  const links = Array.from(app.querySelectorAll('nav a'));

  function make(tag, className, text) {
    const e = document.createElement(tag);
    if (className) e.className = className;
    if (text !== undefined) e.textContent = text;
    return e;
  }

  /* ---- the tools ---- */
  const tools = make('div', 'tools'), box = make('input'), found = make('span', 'found');
  const next = make('button', '', 'Next hot line'), all = make('button', '', 'Machine code'), keys = make('button', '', '?');
  box.type = 'search';
  box.placeholder = 'Search (regular expression)  /';
  box.setAttribute('aria-label', 'Search lines by regular expression');
  box.spellcheck = false;
  found.setAttribute('role', 'status');
  keys.setAttribute('aria-label', 'Keys');
  next.disabled = hot.length === 0;
  all.disabled = folds.length === 0;
  all.title = folds.length === 0 ? 'The binary was not there when this page was made' : 'Show or hide that of all lines';
  tools.append(box, found, next, all, keys);
  app.querySelector('header').append(tools);
  const help = make('div', 'help');
  help.hidden = true;
  (function keyHelp() {
    const panel = make('div'), table = make('table');
    for (const [k, what] of [['n  j', 'next hot line'], ['p  k', 'the one before'], ['h', 'the hottest line'], [']  [', 'next function, the one before'],
      ['Enter', 'open or close the machine code of the line'], ['e', 'machine code of all lines'], ['/', 'search by regular expression'],
      ['Enter, Shift Enter', 'in the search: next match, the one before'], ['Esc', 'clear the search']]) {
      const tr = make('tr'), td = make('td');
      td.append(make('kbd', '', k));
      tr.append(td, make('td', '', what));
      table.append(tr);
    }
    panel.append(make('h1', '', 'Keys'), table);
    help.append(panel);
    app.append(help);
  })();

  /* ---- moving ---- */
  let current = null;
  function mark(section) {
    for (const a of links) a.classList.toggle('at', section !== null && a.getAttribute('href') === '#' + section.id);
    const a = app.querySelector('nav a.at');
    if (a) a.scrollIntoView({ block: 'nearest' });
  }
  function go(line) {
    if (!line) return;
    if (current) current.classList.remove('at');
    current = line;
    line.classList.add('at');
    line.scrollIntoView({ block: 'center' });
    if (line.localName === 'summary' || line.hasAttribute('tabindex')) line.focus({ preventScroll: true });
    mark(line.closest('section'));
  }
  /* From the current line on, in the order of the page and around its end. */
  function step(list, by) {
    if (!list.length) return;
    let i = by > 0 ? 0 : list.length - 1;
    if (current) {
      const after = list.findIndex(function (l) { return current.compareDocumentPosition(l) & Node.DOCUMENT_POSITION_FOLLOWING; });
      const before = list.findLastIndex(function (l) { return current.compareDocumentPosition(l) & Node.DOCUMENT_POSITION_PRECEDING; });
      i = by > 0 ? (after < 0 ? 0 : after) : (before < 0 ? list.length - 1 : before);
    }
    go(list[i]);
    found.textContent = (i + 1) + ' of ' + list.length;
  }
  function part(line, name) {
    const bar = line.querySelector('s');
    return bar ? parseFloat(bar.style.getPropertyValue(name)) || 0 : 0;
  }
  function hottest() {
    let best = null;
    for (const l of hot)
      if (!best || part(l, '--f') > part(best, '--f') || (part(l, '--f') === part(best, '--f') && part(l, '--c') > part(best, '--c'))) best = l;
    go(best);
  }
  function stepSection(by) {
    const at = current ? sections.indexOf(current.closest('section')) : -1;
    const section = sections[Math.max(0, Math.min(sections.length - 1, at + by))];
    if (!section) return;
    const line = section.querySelector('.l');
    if (line) go(line);
    section.scrollIntoView({ block: 'start' });
    mark(section);
  }
  function openAll() {
    const open = folds.some(function (d) { return !d.open; });
    for (const d of folds) d.open = open;
    all.setAttribute('aria-pressed', String(open));
    if (current) current.scrollIntoView({ block: 'center' });
  }

  /* ---- search ---- */
  let hits = [], waiting = 0;
  function search(text) {
    for (const l of hits) l.classList.remove('hit');
    hits = [];
    found.textContent = '';
    box.setAttribute('aria-invalid', 'false');
    if (!text) return;
    let re;
    try {
      re = new RegExp(text, text === text.toLowerCase() ? 'i' : '');
    } catch (e) {
      box.setAttribute('aria-invalid', 'true');
      found.textContent = 'no regular expression';
      return;
    }
    hits = lines.filter(function (l) { return re.test(l.querySelector('code').textContent); });
    for (const l of hits) l.classList.add('hit');
    found.textContent = hits.length === 0 ? 'no match' : hits.length + (hits.length === 1 ? ' match' : ' matches');
  }
  box.addEventListener('input', function () {
    clearTimeout(waiting);
    waiting = setTimeout(function () { search(box.value); }, 120);
  });
  function searchKey(event) {
    if (event.key === 'Enter') {
      clearTimeout(waiting);
      if (!hits.length) search(box.value);
      step(hits, event.shiftKey ? -1 : 1);
      box.focus({ preventScroll: true });
    } else if (event.key === 'Escape') {
      box.value = '';
      search('');
      box.blur();
    }
  }

  /* ---- keys ---- */
  const act = {
    n: function () { step(hot, 1); }, j: function () { step(hot, 1); }, p: function () { step(hot, -1); }, k: function () { step(hot, -1); },
    h: hottest, e: openAll, ']': function () { stepSection(1); }, '[': function () { stepSection(-1); },
    '/': function () { box.focus(); box.select(); }, '?': function () { help.hidden = !help.hidden; },
    Escape: function () { if (!help.hidden) help.hidden = true; else { box.value = ''; search(''); } }
  };
  document.addEventListener('keydown', function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target === box) {
      searchKey(event);
      return;
    }
    if (Object.prototype.hasOwnProperty.call(act, event.key)) {
      act[event.key]();
      event.preventDefault();
    }
  });
  main.addEventListener('click', function (event) {
    const line = event.target.closest('.l');
    if (!line) return;
    if (current) current.classList.remove('at');
    current = line;
    mark(line.closest('section'));
  });
  for (const a of links)
    a.addEventListener('click', function () {
      const section = sections[links.indexOf(a)];
      if (current) current.classList.remove('at');
      current = section.querySelector('.l');
      mark(section);
    });
  next.addEventListener('click', act.n);
  all.addEventListener('click', openAll);
  keys.addEventListener('click', act['?']);
  help.addEventListener('click', function () { help.hidden = true; });
})();
