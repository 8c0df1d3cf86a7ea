/* Annotated source in a page: goes from hot line to hot line, opens machine code, searches.  The page is there
 * without it. */
(function () {
  'use strict';
  const make = cprofPage.make;
  const app = document.querySelector('.listing'), main = app.querySelector('main');
  const lines = Array.from(main.querySelectorAll('.l')), sections = Array.from(main.querySelectorAll('section'));
  const hot = lines.filter(function (l) { return l.classList.contains('hot'); });
  const folds = Array.from(main.querySelectorAll('details'));
  const links = Array.from(app.querySelectorAll('nav a'));

  /* ---- the tools ---- */
  const tools = make('div', 'tools');
  const box = cprofPage.search('Search lines by regular expression',
    function () { return lines.map(function (l) { return l.querySelector('code').textContent; }); }, showHits,
    function (by) { step(hits, by); }, function () {});
  const next = cprofPage.button('Next hot line', 'Next hot line (n)', function () { step(hot, 1); });
  const all = cprofPage.button('Machine code', 'Show or hide the machine code of all lines (e)', openAll);
  next.disabled = hot.length === 0;
  all.disabled = folds.length === 0;
  if (folds.length === 0) all.title = 'The binary was not there when this page was made';
  const help = cprofPage.helpPanel(app, [['n  j', 'next hot line'], ['p  k', 'the one before'], ['h', 'the hottest line'],
    [']  [', 'next function, the one before'], ['Enter', 'open or close the machine code of the line'], ['e', 'machine code of all lines'],
    ['/', 'search by regular expression'], ['Enter  Shift-Enter', 'in the search: next match, the one before'], ['Esc', 'clear the search']], []);
  tools.append(box.box, box.found, next, all, cprofPage.button('?', 'Keys (?)', help.toggle));
  app.querySelector('header').append(tools);

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
    box.say((i + 1) + ' of ' + list.length);
    if (list === hits) box.box.focus({ preventScroll: true });
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
  let hits = [];
  function showHits(flags) {
    for (const l of hits) l.classList.remove('hit');
    hits = flags ? lines.filter(function (l, i) { return flags[i]; }) : [];
    for (const l of hits) l.classList.add('hit');
    if (flags) box.say(hits.length === 0 ? 'no match' : cprofPage.plural(hits.length, 'match', 'matches'));
  }

  /* ---- keys ---- */
  const act = {
    n: function () { step(hot, 1); }, j: function () { step(hot, 1); }, p: function () { step(hot, -1); }, k: function () { step(hot, -1); },
    h: hottest, e: openAll, ']': function () { stepSection(1); }, '[': function () { stepSection(-1); },
    '/': box.focus, '?': help.toggle, Escape: function () { if (!help.close()) box.clear(); }
  };
  cprofPage.listen(box, act);
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
})();
