/* The flame graph in a page: draws the tree that stands as JSON beside this script.
 *
 * Everything of the profile is data: it reaches the document as text only (textContent), never as markup,
 * as an address or as code.  The script asks nothing of any network.
 */
(function () {
  'use strict';
  const XHTML = 'http://www.w3.org/1999/xhtml';
  const ROW = 20; /* px from one row to the next */
  const THIN = 1; /* px: what is narrower is not drawn */

  const data = JSON.parse(document.getElementById('cprof-data').textContent);
  const depth = data.depth, frame = data.frame, width = data.width || data.value, value = data.value;
  const base = data.base, count = depth.length, diff = data.kind === 'diff';
  const parent = new Int32Array(count), end = new Int32Array(count), left = new Float64Array(count);
  const inlined = new Set(data.inlined), folded = new Map(data.folded), self = Float64Array.from(value);
  const total = Math.abs(data.total) || 1, whole = width[0] || 1;
  const largest = data.largest || 1;

  let focus = 0; /* the node that fills the width */
  let current = 0; /* the node that has the keyboard */
  let flipped = data.inverted, relative = data.relative;
  let matches = null; /* a flag a frame while a search is on */
  let onlyPackage = -1;

  /* Callers, ends and places of the nodes, which stand callers first. */
  (function link() {
    const path = [], next = [];
    for (let i = 0; i < count; i++) {
      const d = depth[i];
      while (path.length > d) end[path.pop()] = i;
      parent[i] = d ? path[d - 1] : -1;
      if (d) {
        left[i] = next[d - 1];
        next[d - 1] += width[i];
        self[parent[i]] -= value[i];
      }
      next[d] = left[i];
      path.push(i);
    }
    while (path.length) end[path.pop()] = count;
  })();

  function make(tag, className, text) {
    const e = document.createElementNS(XHTML, tag);
    if (className) e.className = className;
    if (text !== undefined) e.textContent = text;
    return e;
  }

  /* ---- words for values ---- */
  function label(v) {
    const a = Math.abs(v);
    let best = data.units[0];
    for (const u of data.units) if (a * u[0] >= 1) best = u;
    const x = v * best[0];
    const text = Number.isInteger(x) && best === data.units[0] ? String(x) : x.toFixed(2).replace(/\.00$/, '');
    return text + best[1];
  }
  function percent(v, of) {
    const p = (v / (of || 1)) * 100, a = Math.abs(p);
    return (a >= 99.95 || a === 0 ? p.toFixed(0) : a >= 0.995 ? p.toFixed(1) : p.toPrecision(2)) + '%';
  }
  function signed(text, v) { return v > 0 ? '+' + text : text; }
  function nameOf(i) { return i === 0 ? 'root' : data.frames[frame[i]][0]; }
  /* The name without what stands before its last package, and without the package. */
  function shorter(name) {
    const cut = name.search(/[(<[{ ]/), head = cut < 0 ? name : name.slice(0, cut), rest = cut < 0 ? '' : name.slice(cut);
    const slash = head.lastIndexOf('/');
    const base1 = head.slice(slash + 1) + rest;
    const dot = base1.search(/\.|::/);
    const bare = dot > 0 ? base1.slice(dot + (base1[dot] === ':' ? 2 : 1)) : base1;
    return [name, base1, bare];
  }
  function fitting(name, px) {
    const room = (px - 9) / 6.4;
    const names = shorter(name);
    for (const n of names) if (n && n.length <= room) return n;
    return names[2] || names[1] || name;
  }

  /* ---- colours ---- */
  function change(i) {
    const b = base ? base[i] : 0, c = value[i] - b;
    if (c === 0) return 0;
    const of = relative ? Math.max(Math.abs(value[i]), Math.abs(b)) : largest;
    return Math.max(-1, Math.min(1, c / of));
  }
  function colour(i) {
    if (i === 0) return 'root';
    if (data.kind === 'plain') return 'c' + data.colours[data.frames[frame[i]][1]];
    const c = change(i), step = Math.ceil(Math.abs(c) * 6);
    return c === 0 ? 'z' : (c > 0 ? 'g' : 's') + Math.max(1, step);
  }
  function marks(i) {
    let m = inlined.has(i) ? ' in' : '';
    if (diff && i > 0 && base[i] === 0 && value[i] !== 0) m += ' new';
    if (diff && i > 0 && value[i] === 0 && base[i] !== 0) m += ' gone';
    if (matched(i)) m += ' hit';
    return m;
  }
  function matched(i) {
    if (i === 0) return false;
    if (matches) return matches[frame[i]] === 1;
    return onlyPackage >= 0 && data.frames[frame[i]][1] === onlyPackage;
  }

  /* ---- the page ---- */
  const app = make('div', 'cprof');
  const header = make('header'), title = make('h1', '', data.title), about = make('div', 'about', data.about);
  about.title = data.lines.join('\n');
  const tools = make('div', 'tools');
  const box = make('input');
  box.type = 'search';
  box.placeholder = 'Search (regular expression)  /';
  box.setAttribute('aria-label', 'Search frames by regular expression');
  box.spellcheck = false;
  const found = make('span', 'found');
  found.setAttribute('role', 'status');
  const reset = make('button', '', 'Reset zoom'), flip = make('button', '', 'Flip'), keys = make('button', '', '?');
  const how = make('button', '');
  keys.setAttribute('aria-label', 'Keys');
  tools.append(box, found, reset, flip);
  if (diff) tools.append(how);
  tools.append(keys);
  header.append(title, about, tools);
  const legend = make('div', 'legend');
  const chart = make('div', 'chart'), rows = make('div', 'rows');
  rows.setAttribute('role', 'tree');
  rows.setAttribute('aria-label', 'Flame graph');
  chart.append(rows);
  const footer = make('footer'), now = make('span', 'now'), note = make('span', 'note', data.note);
  note.title = data.note;
  footer.append(now, note);
  const tip = make('div', 'tip');
  tip.hidden = true;
  const help = make('div', 'help');
  help.hidden = true;
  app.append(header, legend, chart, footer, tip, help);

  (function keyHelp() {
    const panel = make('div'), table = make('table');
    const list = [['Click, Enter', 'zoom into a frame; again on a zoomed frame: out'], ['Esc', 'clear the search, then reset the zoom'],
      ['↑ ↓ ← →', 'walk: caller, callee, neighbours'], ['Home', 'the root'], ['Backspace', 'zoom out by one frame'],
      ['/', 'search by regular expression'], ['n  N', 'next, previous match'], ['i', 'root on top or bottom'],
      ['Ctrl-C', 'with a frame chosen: copy its name']];
    if (diff) list.push(['r', 'colours by relative or by absolute change']);
    for (const [k, what] of list) {
      const tr = make('tr'), td = make('td');
      td.append(make('kbd', '', k));
      tr.append(td, make('td', '', what));
      table.append(tr);
    }
    panel.append(make('h1', '', 'Keys'), table);
    if (data.lines.length) panel.append(make('h1', '', 'Profile'));
    for (const l of data.lines) panel.append(make('div', '', l));
    help.append(panel);
  })();

  /* ---- drawing ---- */
  const elements = new Map(); /* node -> its element, of what is drawn */

  function element(i, x, share, px, above) {
    const e = make('div', 'f ' + colour(i) + marks(i) + (above ? ' above' : '') + (px < 14 ? ' t' : ''));
    place(e, depth[i], x, share);
    if (px >= 14) {
      const sign = !diff || i === 0 ? '' : base[i] === 0 ? '+ ' : value[i] === 0 ? '− ' : '';
      e.textContent = sign + fitting(nameOf(i), px);
    }
    e.setAttribute('role', 'treeitem');
    e.setAttribute('aria-level', depth[i] + 1);
    e.setAttribute('aria-label', nameOf(i) + ' ' + summary(i));
    e.dataset.node = i;
    e.tabIndex = i === current ? 0 : -1;
    elements.set(i, e);
    return e;
  }
  function place(e, d, x, share) {
    e.style.left = x * 100 + '%';
    e.style.width = share * 100 + '%';
    e.style[flipped ? 'bottom' : 'top'] = d * ROW + 'px';
  }
  function draw() {
    const room = Math.max(200, chart.clientWidth - 16), from = left[focus], scale = 1 / (width[focus] || 1);
    const shown = document.createDocumentFragment();
    let deepest = depth[focus];
    elements.clear();
    for (let a = parent[focus]; a >= 0; a = parent[a]) shown.append(element(a, 0, 1, room, true));
    for (let i = focus; i < end[focus];) {
      const share = width[i] * scale, px = share * room;
      if (px < THIN && i !== focus) { i = end[i]; continue; }
      shown.append(element(i, (left[i] - from) * scale, share, px, false));
      deepest = Math.max(deepest, depth[i]);
      const rest = folded.get(i);
      if (rest && rest * scale * room >= 3) {
        shown.append(restOf(i, rest, from, scale));
        deepest = Math.max(deepest, depth[i] + 1);
      }
      i++;
    }
    rows.style.height = (deepest + 1) * ROW + 'px';
    rows.replaceChildren(shown);
    reset.disabled = focus === 0;
    say(current);
  }
  /* Where the callees stand that were too narrow to be kept. */
  function restOf(i, rest, from, scale) {
    let x = left[i];
    for (let c = i + 1; c < end[i]; c = end[c]) x += width[c];
    const e = make('div', 'f rest', '');
    place(e, depth[i] + 1, (x - from) * scale, rest * scale);
    e.dataset.rest = i;
    return e;
  }
  function summary(i) {
    const v = value[i], c = base ? v - base[i] : 0;
    if (diff) return signed(label(c), c) + (base[i] ? ' (' + signed(percent(c, Math.abs(base[i])), c) + ')' : ' (new)');
    return label(v) + ' (' + percent(v, total) + ')';
  }
  function say(i) {
    now.textContent = nameOf(i) + '  ' + summary(i);
    now.title = nameOf(i);
  }

  /* ---- tooltip ---- */
  function rowOf(table, head, cells) {
    const tr = make('tr');
    tr.append(make('th', '', head));
    for (const c of cells) tr.append(make('td', '', c));
    table.append(tr);
  }
  function describe(i) {
    tip.replaceChildren();
    tip.append(make('b', '', nameOf(i)));
    const table = make('table'), of = value[focus];
    const own = Math.max(0, Math.abs(self[i]) - (folded.get(i) || 0)) * Math.sign(self[i]);
    if (diff) {
      const c = value[i] - base[i];
      rowOf(table, 'now', [label(value[i]), percent(value[i], value[0])]);
      rowOf(table, 'before', [label(base[i]), percent(base[i], base[0])]);
      rowOf(table, 'change', [signed(label(c), c), base[i] ? signed(percent(c, Math.abs(base[i])), c) : 'new']);
    } else {
      rowOf(table, 'total', [label(value[i]), percent(value[i], total)]);
      rowOf(table, 'self', [label(own), percent(own, total)]);
      if (focus) rowOf(table, 'of the zoomed', ['', percent(value[i], of)]);
      if (i && parent[i]) rowOf(table, 'of the caller', ['', percent(value[i], value[parent[i]])]);
    }
    tip.append(table);
    const f = i ? data.frames[frame[i]] : null;
    if (f && f[2]) tip.append(make('em', '', data.files[f[2]]));
    if (f && data.packages[f[1]]) tip.append(make('em', '', 'package ' + data.packages[f[1]]));
    if (inlined.has(i)) tip.append(make('em', '', 'inlined into its caller'));
    if (diff && i && value[i] === 0) tip.append(make('em', '', 'only in the base'));
  }
  function showTip(x, y) {
    tip.hidden = false;
    const w = tip.offsetWidth, h = tip.offsetHeight, W = app.clientWidth, H = app.clientHeight;
    tip.style.left = Math.max(4, Math.min(x + 14, W - w - 8)) + 'px';
    tip.style.top = (y + 20 + h > H ? Math.max(4, y - h - 12) : y + 20) + 'px';
  }
  function nodeAt(target) {
    const e = target && target.closest ? target.closest('.f') : null;
    return e && e.dataset.node !== undefined ? Number(e.dataset.node) : -1;
  }
  chart.addEventListener('mousemove', function (event) {
    const i = nodeAt(event.target), rest = event.target.dataset ? event.target.dataset.rest : undefined;
    if (i >= 0) {
      describe(i);
      say(i);
    } else if (rest !== undefined) {
      const v = folded.get(Number(rest));
      tip.replaceChildren(make('b', '', 'narrower frames, folded'), make('em', '', label(v) + ' (' + percent(v, diff ? whole : total) + ')'));
    } else {
      tip.hidden = true;
      return;
    }
    showTip(event.clientX, event.clientY);
  });
  chart.addEventListener('mouseleave', function () { tip.hidden = true; say(current); });

  /* ---- zoom and keys ---- */
  function zoom(i) {
    focus = i;
    current = i;
    tip.hidden = true;
    draw();
    choose(i);
  }
  function choose(i) {
    const old = elements.get(current);
    if (old) old.tabIndex = -1;
    if (!elements.has(i)) {
      /* Too narrow to be seen from here: its nearest caller that fills the width shows it. */
      let a = i;
      while (parent[a] > 0 && !elements.has(parent[a])) a = parent[a];
      focus = Math.max(0, parent[a]);
      while (focus > 0 && width[i] / width[focus] * chart.clientWidth < 4) {
        let down = i;
        while (parent[down] !== focus) down = parent[down];
        focus = down;
        if (down === i) break;
      }
      current = i;
      draw();
    }
    current = i;
    const e = elements.get(i);
    if (!e) return;
    e.tabIndex = 0;
    e.focus({ preventScroll: false });
    say(i);
  }
  function firstChild(i) { return i + 1 < end[i] ? i + 1 : -1; }
  function sibling(i, step) {
    if (i === 0) return -1;
    const p = parent[i];
    let before = -1;
    for (let c = p + 1; c < end[p]; c = end[c]) {
      if (step < 0 && c === i) return before;
      if (step > 0 && c === i) return end[c] < end[p] ? end[c] : -1;
      before = c;
    }
    return -1;
  }
  function nextMatch(step) {
    for (let k = 1; k < count; k++) {
      const i = (current + step * k + count * 2) % count;
      if (matched(i)) return i;
    }
    return -1;
  }
  function search(text) {
    matches = null;
    onlyPackage = -1;
    box.setAttribute('aria-invalid', 'false');
    if (text) {
      let re;
      try {
        re = new RegExp(text, text === text.toLowerCase() ? 'i' : '');
      } catch (e) {
        box.setAttribute('aria-invalid', 'true');
        found.textContent = 'no regular expression';
        return;
      }
      matches = data.frames.map(function (f) { return re.test(f[0]) ? 1 : 0; });
    }
    showMatches();
  }
  /* A match inside a match is not counted twice. */
  function showMatches() {
    const on = matches !== null || onlyPackage >= 0;
    let sum = 0, nodes = 0;
    if (on) {
      for (let i = 0; i < count;) {
        if (matched(i)) { sum += diff ? width[i] : value[i]; nodes++; i = end[i]; } else i++;
      }
    }
    app.classList.toggle('searching', on);
    found.textContent = !on ? '' : nodes === 0 ? 'no match' : percent(sum, diff ? whole : total) + ' matched';
    found.title = nodes + ' places, ' + label(sum);
    draw();
  }
  const walk = {
    ArrowUp: function () { return flipped ? firstChild(current) : parent[current]; },
    ArrowDown: function () { return flipped ? parent[current] : firstChild(current); },
    ArrowLeft: function () { return sibling(current, -1); },
    ArrowRight: function () { return sibling(current, 1); },
    Home: function () { return 0; },
    n: function () { return nextMatch(1); },
    N: function () { return nextMatch(-1); }
  };
  const act = {
    Enter: function () { zoom(focus === current ? 0 : current); },
    ' ': function () { zoom(focus === current ? 0 : current); },
    Backspace: function () { if (focus) zoom(parent[focus]); },
    Escape: leave,
    '/': function () { box.focus(); box.select(); },
    '?': function () { help.hidden = !help.hidden; },
    i: turn,
    r: function () { if (diff) byChange(); }
  };
  function leave() {
    if (!help.hidden) help.hidden = true;
    else if (!tip.hidden && document.activeElement === box) tip.hidden = true;
    else if (matches || onlyPackage >= 0) { box.value = ''; search(''); }
    else if (focus) zoom(0);
  }
  function turn() {
    flipped = !flipped;
    draw();
    chart.scrollTop = flipped ? chart.scrollHeight : 0;
  }
  function byChange() {
    relative = !relative;
    nameChange();
    draw();
  }
  function nameChange() {
    how.textContent = relative ? 'Relative change' : 'Absolute change';
    how.title = relative ? 'colours say how much of itself a frame gained or lost' : 'colours say how much of the largest change a frame has';
  }
  document.addEventListener('keydown', function (event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target === box) {
      if (event.key === 'Escape') { leave(); choose(current); event.preventDefault(); }
      if (event.key === 'Enter') {
        search(box.value);
        const i = nextMatch(event.shiftKey ? -1 : 1);
        if (i >= 0 && (matches || onlyPackage >= 0)) choose(i);
        event.preventDefault();
      }
      return;
    }
    if (event.target.localName === 'button' && (event.key === 'Enter' || event.key === ' ')) return;
    if (Object.prototype.hasOwnProperty.call(walk, event.key)) {
      const i = walk[event.key]();
      if (i >= 0) {
        choose(i);
        const e = elements.get(i), r = e && e.getBoundingClientRect();
        if (r) { describe(i); showTip(r.left, r.bottom - 14); }
      }
      event.preventDefault();
    } else if (Object.prototype.hasOwnProperty.call(act, event.key)) {
      act[event.key]();
      event.preventDefault();
    }
  });
  document.addEventListener('copy', function (event) {
    if (String(window.getSelection()) === '' && document.activeElement !== box && current) {
      event.clipboardData.setData('text/plain', nameOf(current));
      event.preventDefault();
    }
  });
  chart.addEventListener('click', function (event) {
    const i = nodeAt(event.target);
    if (i >= 0) zoom(i === focus ? 0 : i);
  });
  let waiting = 0;
  box.addEventListener('input', function () {
    clearTimeout(waiting);
    waiting = setTimeout(function () { search(box.value); }, 120);
  });
  reset.addEventListener('click', function () { zoom(0); });
  flip.addEventListener('click', turn);
  how.addEventListener('click', byChange);
  keys.addEventListener('click', act['?']);
  help.addEventListener('click', function () { help.hidden = true; });
  window.addEventListener('resize', draw);

  /* ---- legend ---- */
  (function fillLegend() {
    if (data.kind !== 'plain') {
      const scale = make('span', 'scale');
      scale.append(make('span', '', 'shrank'));
      for (const c of ['s6', 's4', 's2', 'z', 'g2', 'g4', 'g6']) scale.append(make('i', c));
      scale.append(make('span', '', 'grew'));
      if (diff) scale.append(make('span', '', '+ new   − only in the base'));
      legend.append(scale);
      return;
    }
    for (let p = 0; p < data.shares.length; p++) {
      const chip = make('button', 'chip');
      chip.append(make('i', 'c' + data.colours[p]), make('b', '', data.packages[p] || '(none)'), make('span', '', percent(data.shares[p], total)));
      chip.title = 'self ' + label(data.shares[p]);
      chip.addEventListener('click', function () {
        const again = onlyPackage === p;
        box.value = '';
        matches = null;
        onlyPackage = again ? -1 : p;
        showMatches();
      });
      legend.append(chip);
    }
  })();

  /* ---- start ---- */
  const picture = document.getElementById('cprof-picture');
  if (document.documentElement.localName === 'svg') {
    const host = document.createElementNS('http://www.w3.org/2000/svg', 'foreignObject');
    host.setAttribute('width', '100%');
    host.setAttribute('height', '100%');
    host.append(app);
    const top = document.documentElement;
    top.removeAttribute('viewBox');
    top.setAttribute('width', '100%');
    top.setAttribute('height', '100%');
    top.append(host);
  } else {
    document.body.append(app);
  }
  if (document.documentElement.localName === 'svg') picture.remove();
  else picture.ownerSVGElement.remove();
  if (diff) nameChange();
  draw();
  if (flipped) chart.scrollTop = chart.scrollHeight;
})();
