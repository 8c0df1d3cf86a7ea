/* The flame graph in a page: draws the tree that stands as JSON beside this script. */
(function () {
  'use strict';
  const make = cprofPage.make;
  const ROW = 20;    /* px from one row to the next, on the screen */
  const THIN = 1;    /* px: what is narrower is not drawn */
  const NAMED = 22;  /* px: what is narrower has no name, and no element of its own */
  const GAP = 8;     /* px beside the rows */
  const LETTER = 6.4; /* px: a letter's usual width */

  const data = JSON.parse(document.getElementById('cprof-data').textContent);
  const depth = data.depth, frame = data.frame, width = data.width || data.value, value = data.value;
  const base = data.base, count = depth.length, diff = data.kind === 'diff';
  const parent = new Int32Array(count), end = new Int32Array(count), left = new Float64Array(count);
  const inlined = new Set(data.inlined), folded = new Map(data.folded), self = Float64Array.from(value);
  const total = Math.abs(data.total) || 1, whole = width[0] || 1;
  const largest = data.largest || 1;

  let focus = 0;      /* the node that fills the width */
  let current = 0;    /* the node that has the keyboard */
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
  /* The parts of a name, without template arguments and parameters: each begins with what separates it from the
   * one before ("encoding", "/json", ".(*decodeState)", ".value"). */
  function partsOf(name) {
    const parts = [];
    let part = '', bare = true; /* whether the part is but a separator so far */
    for (let i = 0; i < name.length; i++) {
      const c = name[i], close = { '(': ')', '<': '>', '[': ']', '{': '}' }[c];
      if (c === '(' && !bare) break;
      if (close && !(c === '<' && part.endsWith('operator'))) {
        let deep = 1, to = i + 1;
        for (; to < name.length && deep > 0; to++) deep += name[to] === c ? 1 : name[to] === close ? -1 : 0;
        if (c !== '<' || bare) part += name.slice(i, to);
        i = to - 1;
        bare = false;
        continue;
      }
      const separator = c === ':' && name[i + 1] === ':' ? '::' : c === '.' || c === '/' ? c : '';
      if (separator && !bare) {
        parts.push(part);
        part = '';
        bare = true;
      }
      part += separator || c;
      if (separator) i += separator.length - 1;
      else bare = false;
    }
    parts.push(part);
    return parts;
  }
  /* As much of the name as there is room for: from its end, and closures with what they are in. */
  function fitting(name, px) {
    const room = (px - 9) / LETTER;
    if (name.length <= room) return name;
    const parts = partsOf(name);
    const least = /^\W*(func)?\d+$/.test(parts[parts.length - 1]) ? 2 : 1;
    let shown = '';
    for (let k = parts.length - 1; k >= 0; k--) {
      const longer = parts[k] + shown;
      if (longer.replace(/^(::|[./])/, '').length > room && parts.length - k > least) break;
      shown = longer;
    }
    return shown.replace(/^(::|[./])/, '') || name;
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
  title.title = data.title;
  about.title = data.lines.join('\n');
  const tools = make('div', 'tools');
  const box = cprofPage.search('Search frames by regular expression',
    function () { return data.frames.map(function (f) { return f[0]; }); },
    function (flags) { matches = flags; onlyPackage = -1; showMatches(); },
    function (step) { const i = nextMatch(step); if (i >= 0) choose(i); },
    function () { choose(current); });
  const reset = cprofPage.button('Reset zoom', 'Back to the whole (Esc)', function () { zoom(0); });
  const flip = cprofPage.button('Flip', 'Root on top or at the bottom (i)', turn);
  const how = cprofPage.button('', '', byChange);
  tools.append(box.box, box.found, reset, flip);
  if (diff) tools.append(how);
  header.append(title, about, tools);
  const legend = make('div', 'legend');
  const chart = make('div', 'chart'), rows = make('div', 'rows');
  rows.setAttribute('role', 'tree');
  rows.setAttribute('aria-label', 'Flame graph');
  chart.append(rows);
  const footer = make('footer'), now = make('span', 'now'), note = make('span', 'note', data.note);
  note.title = data.note;
  footer.append(now, note);
  app.append(header, legend, chart, footer);
  const tip = cprofPage.tooltip(app);
  const list = [['Click  Enter', 'zoom into a frame; on the zoomed frame: back to the whole'], ['Esc', 'clear the search, then reset the zoom'],
    ['↑  ↓  ←  →', 'walk: caller, callee, neighbours'], ['Home', 'the root'], ['Backspace', 'zoom out by one frame'],
    ['/', 'search by regular expression'], ['n  N', 'next, previous match'], ['i', 'root on top or at the bottom'],
    ['Ctrl-C', 'with a frame chosen: copy its name']];
  if (diff) list.push(['r', 'colours by relative or by absolute change']);
  const help = cprofPage.helpPanel(app, list, data.lines);
  tools.append(cprofPage.button('?', 'Keys (?)', help.toggle));

  /* ---- drawing ---- */
  const elements = new Map(); /* node -> its element, of what has one */
  let thin = []; /* by depth: the drawn nodes without an element, from left to right */
  let drawnRows = 1;

  function element(i, x, share, px, above) {
    const e = make('div', 'f ' + colour(i) + marks(i) + (above ? ' above' : '') + (px < NAMED ? ' t' : ''));
    place(e, depth[i], x, share);
    if (px >= NAMED) {
      const sign = !diff || i === 0 || px < 3 * NAMED ? '' : base[i] === 0 ? '+ ' : value[i] === 0 ? '− ' : '';
      e.textContent = sign + fitting(nameOf(i), px - sign.length * LETTER);
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
    e.style.cssText = 'left:' + x * 100 + '%;width:' + share * 100 + '%;' + (flipped ? 'bottom' : 'top') + ':calc(var(--row)*' + d + ')';
  }
  /* Narrow frames are many: those of one look are one path. */
  function thinPicture(shapes, room) {
    const picture = document.createElementNS(cprofPage.SVG, 'svg'), high = drawnRows * ROW;
    picture.setAttribute('class', 'thin');
    picture.setAttribute('viewBox', '0 0 ' + room + ' ' + high);
    picture.setAttribute('preserveAspectRatio', 'none');
    picture.setAttribute('aria-hidden', 'true');
    for (const [look, places] of shapes) {
      const path = document.createElementNS(cprofPage.SVG, 'path');
      let d = '';
      for (let k = 0; k < places.length; k += 3) {
        const y = flipped ? high - (places[k] + 1) * ROW : places[k] * ROW, w = places[k + 2];
        d += 'M' + places[k + 1].toFixed(2) + ' ' + y + 'h' + (w > 3 ? w - 1 : w - 0.2).toFixed(2) + 'v' + (ROW - 1) + 'H' + places[k + 1].toFixed(2) + 'z';
      }
      path.setAttribute('class', look);
      path.setAttribute('d', d);
      picture.append(path);
    }
    return picture;
  }
  function roomOf() { return Math.max(200, chart.clientWidth - 2 * GAP); }
  function pixels(i) { return width[i] / (width[focus] || 1) * roomOf(); }
  /* An element of its own for a narrow frame, which needs one to have the keyboard. */
  function elementOf(i) {
    const has = elements.get(i);
    if (has || i < focus || i >= end[focus] || pixels(i) < THIN || !thin[depth[i]] || !thin[depth[i]].includes(i)) return has;
    const scale = 1 / (width[focus] || 1);
    const e = element(i, (left[i] - left[focus]) * scale, width[i] * scale, 0, false);
    rows.append(e);
    return e;
  }
  function draw() {
    const room = roomOf(), from = left[focus], scale = 1 / (width[focus] || 1);
    const shown = document.createDocumentFragment(), shapes = new Map();
    let deepest = depth[focus];
    elements.clear();
    thin = [];
    for (let a = parent[focus]; a >= 0; a = parent[a]) shown.append(element(a, 0, 1, room, true));
    for (let i = focus; i < end[focus];) {
      const share = width[i] * scale, px = share * room, d = depth[i];
      if (px < THIN && i !== focus) { i = end[i]; continue; }
      if (d > deepest) deepest = d;
      if (px >= NAMED || i === focus) {
        shown.append(element(i, (left[i] - from) * scale, share, px, false));
      } else {
        const look = colour(i) + marks(i);
        if (!shapes.has(look)) shapes.set(look, []);
        shapes.get(look).push(d, (left[i] - from) * scale * room, px);
        (thin[d] = thin[d] || []).push(i);
      }
      const rest = folded.get(i);
      if (rest && rest * scale * room >= 3) {
        shown.append(restOf(i, rest, from, scale));
        deepest = Math.max(deepest, d + 1);
      }
      i++;
    }
    drawnRows = deepest + 1;
    app.style.setProperty('--rows', drawnRows);
    rows.replaceChildren(thinPicture(shapes, room), shown);
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
    const words = tip.element;
    words.replaceChildren(make('b', '', nameOf(i)));
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
    words.append(table);
    const f = i ? data.frames[frame[i]] : null;
    if (f && f[2]) words.append(make('em', '', data.files[f[2]]));
    if (f && data.packages[f[1]]) words.append(make('em', '', 'package ' + data.packages[f[1]]));
    if (inlined.has(i)) words.append(make('em', '', 'inlined into its caller'));
    if (diff && i && value[i] === 0) words.append(make('em', '', 'only in the base'));
  }
  /* The frame at a place in the window, or -1. */
  function nodeAt(event) {
    const e = event.target.closest ? event.target.closest('.f') : null;
    if (e) return e.dataset.node === undefined ? -1 : Number(e.dataset.node);
    const r = rows.getBoundingClientRect(), down = (event.clientY - r.top) / r.height * drawnRows;
    const line = thin[Math.floor(flipped ? drawnRows - down : down)];
    const at = left[focus] + (event.clientX - r.left) / r.width * width[focus];
    let low = 0, high = line ? line.length : 0;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (left[line[middle]] <= at) low = middle + 1; else high = middle;
    }
    return low > 0 && at < left[line[low - 1]] + width[line[low - 1]] ? line[low - 1] : -1;
  }
  chart.addEventListener('mousemove', function (event) {
    const i = nodeAt(event), rest = event.target.dataset ? event.target.dataset.rest : undefined;
    chart.classList.toggle('over', i >= 0);
    if (i >= 0) {
      describe(i);
      say(i);
    } else if (rest !== undefined) {
      const v = folded.get(Number(rest));
      tip.element.replaceChildren(make('b', '', 'narrower frames, folded'), make('em', '', label(v) + ' (' + percent(v, diff ? whole : total) + ')'));
    } else {
      tip.hide();
      return;
    }
    tip.show(event.clientX, event.clientY);
  });
  chart.addEventListener('mouseleave', function () { tip.hide(); say(current); });

  /* ---- zoom and keys ---- */
  function zoom(i) {
    focus = i;
    current = i;
    tip.hide();
    draw();
    choose(i);
  }
  function choose(i) {
    const old = elements.get(current);
    if (old) old.tabIndex = -1;
    if (!elementOf(i)) {
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
    const e = elementOf(i);
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
    if (!on) box.say('');
    else if (nodes === 0) box.say('no match');
    else box.say(percent(sum, diff ? whole : total) + ' matched', cprofPage.plural(nodes, 'place', 'places') + ', ' + label(sum));
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
    '/': box.focus,
    '?': help.toggle,
    i: turn,
    r: function () { if (diff) byChange(); }
  };
  function leave() {
    if (help.close()) return;
    if (box.box.value || onlyPackage >= 0) box.clear();
    else if (focus) zoom(0);
    tip.hide();
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
  for (const key of Object.keys(walk))
    act[key] = function () {
      const i = walk[key]();
      if (i < 0) return;
      choose(i);
      const e = elements.get(i);
      if (!e) return;
      const r = e.getBoundingClientRect();
      describe(i);
      tip.show(r.left, r.bottom - 14);
    };
  cprofPage.listen(box, act);
  document.addEventListener('copy', function (event) {
    if (String(window.getSelection()) === '' && document.activeElement !== box.box && current) {
      event.clipboardData.setData('text/plain', nameOf(current));
      event.preventDefault();
    }
  });
  chart.addEventListener('click', function (event) {
    const i = nodeAt(event);
    if (i >= 0) zoom(i === focus ? 0 : i);
  });
  window.addEventListener('resize', draw);

  /* ---- legend ---- */
  (function fillLegend() {
    if (data.kind !== 'plain') {
      const scale = make('span', 'scale');
      scale.append(make('span', '', 'shrank'));
      for (const c of ['s6', 's4', 's2', 'z', 'g2', 'g4', 'g6']) scale.append(make('i', c));
      scale.append(make('span', '', 'grew'));
      legend.append(scale);
      if (!diff) return;
      for (const [look, what] of [['new', '+ new'], ['gone', '− only in the base']]) {
        const sign = make('span', 'scale');
        sign.append(make('i', look), make('span', '', what));
        legend.append(sign);
      }
      return;
    }
    for (let p = 0; p < data.shares.length; p++) {
      const chip = make('button', 'chip');
      chip.append(make('i', 'c' + data.colours[p]), make('b', '', data.packages[p] || '(none)'), make('span', '', percent(data.shares[p], total)));
      chip.title = 'self ' + label(data.shares[p]);
      chip.addEventListener('click', function () {
        const again = onlyPackage === p;
        box.clear();
        onlyPackage = again ? -1 : p;
        showMatches();
      });
      legend.append(chip);
    }
    if (inlined.size) {
      const sign = make('span', 'scale');
      sign.append(make('i', 'hatch'), make('span', '', 'inlined'));
      legend.prepend(sign);
    }
  })();

  /* ---- start ---- */
  cprofPage.mount(app, document.getElementById('cprof-picture'));
  if (diff) nameChange();
  draw();
  if (flipped) chart.scrollTop = chart.scrollHeight;
})();
