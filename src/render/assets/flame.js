/* The flame graph in a page: draws the tree that stands as JSON beside this script. */
(function () {
  'use strict';
  const make = cprofPage.make;
  const ROW = 20;    /* px from one row to the next, on the screen */
  const THIN = 1;    /* px: what is narrower is not drawn */
  const NAMED = 22;  /* px: what is narrower has no name, and no element of its own */
  const GAP = 8;     /* px beside the rows */
  const SMALL = 120; /* px: in what is narrower, names that do not fit are set smaller */

  const data = JSON.parse(document.getElementById('cprof-data').textContent);
  const diff = data.kind === 'diff', total = Math.abs(data.total) || 1, largest = data.largest || 1;

  /* The tree that is drawn, by node: a caller, then what it calls, from left to right.  end: the node behind its
   * last descendant.  A node of depth < 0 is a caller's caller: see callsOf. */
  let depth, frame, width, value, base, self, inlined, folded, parent, end, left;
  function use(tree) { ({ depth, frame, width, value, base, self, inlined, folded, parent, end, left } = tree); }

  /* The profile's tree: callers, ends and places of its nodes. */
  const everything = (function link() {
    const path = [], next = [], count = data.depth.length;
    const t = {
      depth: data.depth, frame: data.frame, width: data.width || data.value, value: data.value, base: data.base,
      self: Float64Array.from(data.value), inlined: new Set(data.inlined), folded: new Map(data.folded),
      parent: new Int32Array(count), end: new Int32Array(count), left: new Float64Array(count)
    };
    t.frame[0] = -1;
    for (let i = 0; i < count; i++) {
      const d = t.depth[i];
      while (path.length > d) t.end[path.pop()] = i;
      t.parent[i] = d ? path[d - 1] : -1;
      if (d) {
        t.left[i] = next[d - 1];
        next[d - 1] += t.width[i];
        t.self[t.parent[i]] -= t.value[i];
      }
      next[d] = t.left[i];
      path.push(i);
    }
    while (path.length) t.end[path.pop()] = count;
    return t;
  })();
  const whole = everything.width[0] || 1;
  use(everything);

  let letter = 6.4;   /* px: a letter's usual width */
  let focus = 0;      /* the node that fills the width */
  let current = 0;    /* the node that has the keyboard */
  let pivot = null;   /* what to come back to from all calls of a function */
  let flipped = data.inverted, relative = data.relative;
  let matches = null; /* a flag a frame while a search is on */
  let onlyPackage = -1;

  /* ---- all calls of a function ---- */

  function merged(of) { return { frame: of, value: 0, base: 0, width: 0, folded: 0, inlined: true, below: new Map(), above: new Map() }; }
  function add(sum, i, inlines) {
    sum.value += everything.value[i];
    sum.base += diff ? everything.base[i] : 0;
    sum.width += everything.width[i];
    sum.inlined = sum.inlined && inlines;
    return sum;
  }
  function kid(kids, of) {
    if (!kids.has(of)) kids.set(of, merged(of));
    return kids.get(of);
  }
  /* All calls of a function as one tree: node 0 is the function, deeper is what it calls; its callers have depths
   * of -1, -2, ….  Within a call of it another is no call of its own. */
  function callsOf(of) {
    const t = everything, top = merged(of);
    for (let i = 1; i < t.depth.length;) {
      if (t.frame[i] !== of) { i++; continue; }
      const path = [add(top, i, t.inlined.has(i))];
      top.folded += t.folded.get(i) || 0;
      for (let k = i + 1; k < t.end[i]; k++) {
        const d = t.depth[k] - t.depth[i];
        path[d] = add(kid(path[d - 1].below, t.frame[k]), k, t.inlined.has(k));
        path[d].folded += t.folded.get(k) || 0;
      }
      let up = top;
      for (let a = t.parent[i]; a > 0; a = t.parent[a]) up = add(kid(up.above, t.frame[a]), i, t.inlined.has(a));
      i = t.end[i];
    }
    return laid(top);
  }
  function widest(kids) {
    return Array.from(kids.values()).sort(function (a, b) {
      const x = data.frames[a.frame][0], y = data.frames[b.frame][0];
      return b.width - a.width || (x < y ? -1 : x > y ? 1 : 0);
    });
  }
  function laid(top) {
    const t = {
      depth: [], frame: [], width: [], value: [], base: [], self: [], inlined: new Set(), folded: new Map(), parent: [], end: [], left: []
    };
    (function lay(sum, d, x, caller) {
      const i = t.depth.push(d) - 1;
      t.frame.push(sum.frame);
      t.width.push(sum.width);
      t.value.push(sum.value);
      t.base.push(sum.base);
      t.self.push(d < 0 ? 0 : sum.value);
      t.parent.push(caller);
      t.left.push(x);
      if (sum.inlined) t.inlined.add(i);
      if (sum.folded) t.folded.set(i, sum.folded);
      let at = x;
      for (const below of widest(sum.below)) {
        t.self[i] -= below.value;
        lay(below, d + 1, at, i);
        at += below.width;
      }
      at = x;
      for (const above of widest(sum.above)) {
        lay(above, d - 1, at, i);
        at += above.width;
      }
      t.end[i] = t.depth.length;
    })(top, 0, 0, -1);
    return t;
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
  function nameOf(i) { return frame[i] < 0 ? 'root' : data.frames[frame[i]][0]; }
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
    const room = (px - 9) / letter;
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
    const b = diff ? base[i] : 0, c = value[i] - b;
    if (c === 0) return 0;
    const of = relative ? Math.max(Math.abs(value[i]), Math.abs(b)) : largest;
    return Math.max(-1, Math.min(1, c / of));
  }
  function colour(i) {
    if (frame[i] < 0) return 'root';
    if (data.kind === 'plain') return 'c' + data.colours[data.frames[frame[i]][1]];
    const c = change(i), step = Math.ceil(Math.abs(c) * 6);
    return c === 0 ? 'z' : (c > 0 ? 'g' : 's') + Math.max(1, step);
  }
  function marks(i) {
    let m = inlined.has(i) ? ' in' : '';
    if (diff && frame[i] >= 0 && base[i] === 0 && value[i] !== 0) m += ' new';
    if (diff && frame[i] >= 0 && value[i] === 0 && base[i] !== 0) m += ' gone';
    if (matched(frame[i])) m += ' hit';
    return m;
  }
  function matched(of) {
    if (of < 0) return false;
    return matches ? matches[of] === 1 : onlyPackage >= 0 && data.frames[of][1] === onlyPackage;
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
  const reset = cprofPage.button('Reset zoom', 'Back to the whole (Esc)', toWhole);
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
  const calls = cprofPage.button('', '', leavePivot);
  calls.className = 'calls';
  calls.hidden = true;
  const footer = make('footer'), now = make('span', 'now'), note = make('span', 'note', data.note);
  note.title = data.note;
  footer.append(now, note);
  app.append(header, legend, chart, footer);
  const tip = cprofPage.tooltip(app);
  const list = [['Click  Enter', 'zoom into a frame; on the zoomed frame: back to the whole'], ['Esc', 'clear the search, then reset the zoom'],
    ['c', 'all calls of a function as one: callers above, callees below'], ['Right click  Shift-F10', 'what can be done with a frame'],
    ['↑  ↓  ←  →', 'walk: caller, callee, neighbours'], ['Home', 'the root'], ['Backspace', 'zoom out by one frame'],
    ['/', 'search by regular expression'], ['n  N', 'next, previous match'], ['i', 'root on top or at the bottom'],
    ['Ctrl-C', 'with a frame chosen: copy its name']];
  if (diff) list.push(['r', 'colours by relative or by absolute change']);
  const help = cprofPage.helpPanel(app, list, data.lines);
  tools.append(cprofPage.button('?', 'Keys (?)', help.toggle));

  /* ---- drawing ---- */
  const elements = new Map(); /* node -> its element, of what has one */
  const thin = new Map(); /* by depth: the drawn nodes without an element, from left to right */
  let drawnRows = 1, lowest = 0; /* rows, and the least depth among them */

  function element(i, x, share, px, above) {
    const e = make('div', 'f ' + colour(i) + marks(i) + (above ? ' above' : '') + (px < NAMED ? ' t' : ''));
    place(e, depth[i], x, share);
    if (px >= NAMED) {
      const sign = !diff || frame[i] < 0 || px < 3 * NAMED ? '' : base[i] === 0 ? '+ ' : value[i] === 0 ? '− ' : '';
      e.textContent = sign + fitting(nameOf(i), px - sign.length * letter);
      if (px < SMALL && e.textContent.length * letter > px - 9) e.classList.add('s');
    }
    e.setAttribute('role', 'treeitem');
    e.setAttribute('aria-level', Math.abs(depth[i]) + 1);
    e.setAttribute('aria-label', nameOf(i) + ' ' + summary(i));
    e.dataset.node = i;
    e.tabIndex = i === current ? 0 : -1;
    elements.set(i, e);
    return e;
  }
  function place(e, d, x, share) {
    e.style.cssText = 'left:' + x * 100 + '%;width:' + share * 100 + '%;' + (flipped ? 'bottom' : 'top') +
      ':calc(var(--row)*(' + d + ' - var(--lowest)))';
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
        const row = places[k] - lowest, y = flipped ? high - (row + 1) * ROW : row * ROW, w = places[k + 2];
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
    if (has || i < focus || i >= end[focus] || pixels(i) < THIN || !(thin.get(depth[i]) || []).includes(i)) return has;
    const scale = 1 / (width[focus] || 1);
    const e = element(i, (left[i] - left[focus]) * scale, width[i] * scale, 0, false);
    rows.append(e);
    return e;
  }
  function draw() {
    const room = roomOf(), from = left[focus], scale = 1 / (width[focus] || 1);
    const shown = document.createDocumentFragment(), shapes = new Map();
    let deepest = Math.max(0, depth[focus]);
    lowest = Math.min(0, depth[focus]);
    elements.clear();
    thin.clear();
    for (let a = parent[focus]; a >= 0; a = parent[a]) shown.append(element(a, 0, 1, room, true));
    for (let i = focus; i < end[focus];) {
      const share = width[i] * scale, px = share * room, d = depth[i];
      if (px < THIN && i !== focus) { i = end[i]; continue; }
      if (d > deepest) deepest = d;
      if (d < lowest) lowest = d;
      if (px >= NAMED || i === focus) {
        shown.append(element(i, (left[i] - from) * scale, share, px, false));
      } else {
        const look = colour(i) + marks(i);
        if (!shapes.has(look)) shapes.set(look, []);
        shapes.get(look).push(d, (left[i] - from) * scale * room, px);
        if (!thin.has(d)) thin.set(d, []);
        thin.get(d).push(i);
      }
      const rest = folded.get(i);
      if (rest && rest * scale * room >= 3) {
        shown.append(restOf(i, rest, from, scale));
        deepest = Math.max(deepest, d + 1);
      }
      i++;
    }
    drawnRows = deepest - lowest + 1;
    app.style.setProperty('--lowest', lowest);
    app.style.setProperty('--rows', drawnRows);
    rows.replaceChildren(thinPicture(shapes, room), shown);
    chart.classList.toggle('up', flipped);
    reset.disabled = focus === 0 && !pivot;
    say(current);
  }
  /* Where the callees stand that were too narrow to be kept. */
  function restOf(i, rest, from, scale) {
    let x = left[i];
    for (let c = i + 1; c < end[i]; c = end[c]) if (depth[c] > depth[i]) x += width[c];
    const e = make('div', 'f rest', '');
    place(e, depth[i] + 1, (x - from) * scale, rest * scale);
    e.dataset.rest = i;
    return e;
  }
  function summary(i) {
    const v = value[i], c = diff ? v - base[i] : 0;
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
      rowOf(table, 'now', [label(value[i]), percent(value[i], everything.value[0])]);
      rowOf(table, 'before', [label(base[i]), percent(base[i], everything.base[0])]);
      rowOf(table, 'change', [signed(label(c), c), base[i] ? signed(percent(c, Math.abs(base[i])), c) : 'new']);
    } else {
      rowOf(table, 'total', [label(value[i]), percent(value[i], total)]);
      if (depth[i] >= 0) rowOf(table, 'self', [label(own), percent(own, total)]);
      if (pivot && i) rowOf(table, 'of all calls', ['', percent(value[i], value[0])]);
      if (focus) rowOf(table, 'of the zoomed', ['', percent(value[i], of)]);
      if (depth[i] > 1) rowOf(table, 'of the caller', ['', percent(value[i], value[parent[i]])]);
    }
    words.append(table);
    const f = frame[i] < 0 ? null : data.frames[frame[i]];
    if (f && f[2]) words.append(make('em', '', data.files[f[2]]));
    if (f && data.packages[f[1]]) words.append(make('em', '', 'package ' + data.packages[f[1]]));
    if (inlined.has(i)) words.append(make('em', '', 'inlined into its caller'));
    if (diff && f && value[i] === 0) words.append(make('em', '', 'only in the base'));
  }
  /* The frame at a place in the window, or -1. */
  function nodeAt(event) {
    const e = event.target.closest ? event.target.closest('.f') : null;
    if (e) return e.dataset.node === undefined ? -1 : Number(e.dataset.node);
    const r = rows.getBoundingClientRect(), down = (event.clientY - r.top) / r.height * drawnRows;
    const line = thin.get(Math.floor(flipped ? drawnRows - down : down) + lowest);
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
  function children(i) {
    const all = [];
    for (let c = i + 1; c < end[i]; c = end[c]) all.push(c);
    return all;
  }
  /* The next node down the stack (way 1) or up (-1). */
  function along(i, way) {
    if (depth[i] * way < 0) return parent[i];
    const next = children(i).find(function (c) { return depth[c] * way > 0; });
    return next === undefined ? -1 : next;
  }
  function sibling(i, step) {
    if (i === 0) return -1;
    const all = children(parent[i]).filter(function (c) { return depth[c] === depth[i]; });
    const next = all[all.indexOf(i) + step];
    return next === undefined ? -1 : next;
  }
  function nextMatch(step) {
    const count = depth.length;
    for (let k = 1; k < count; k++) {
      const i = (current + step * k + count) % count;
      if (matched(frame[i])) return i;
    }
    return -1;
  }
  /* A match inside a match is not counted twice. */
  function showMatches() {
    const on = matches !== null || onlyPackage >= 0;
    let sum = 0, nodes = 0;
    for (let i = 0; on && i < everything.depth.length;) {
      if (matched(everything.frame[i])) {
        sum += (diff ? everything.width : everything.value)[i];
        nodes++;
        i = everything.end[i];
      } else {
        i++;
      }
    }
    for (const c of legend.querySelectorAll('.chip')) c.setAttribute('aria-pressed', String(Number(c.dataset.package) === onlyPackage));
    app.classList.toggle('searching', on);
    if (!on) box.say('');
    else if (nodes === 0) box.say('no match');
    else box.say(percent(sum, diff ? whole : total) + ' matched', cprofPage.plural(nodes, 'place', 'places') + ', ' + label(sum));
    draw();
  }
  const walk = {
    ArrowUp: function () { return along(current, flipped ? 1 : -1); },
    ArrowDown: function () { return along(current, flipped ? -1 : 1); },
    ArrowLeft: function () { return sibling(current, -1); },
    ArrowRight: function () { return sibling(current, 1); },
    Home: function () { return 0; },
    n: function () { return nextMatch(1); },
    N: function () { return nextMatch(-1); }
  };
  const act = {
    Enter: function () { zoom(focus === current ? 0 : current); },
    ' ': function () { zoom(focus === current ? 0 : current); },
    Backspace: function () { if (focus) zoom(parent[focus]); else leavePivot(); },
    Escape: leave,
    c: function () { turnTo(current); },
    F10: function (event) { return event.shiftKey && menuByKey(); },
    ContextMenu: menuByKey,
    '/': box.focus,
    '?': help.toggle,
    i: turn,
    r: function () { if (diff) byChange(); }
  };
  function leave() {
    if (help.close()) return;
    if (box.box.value || onlyPackage >= 0) box.clear();
    else if (focus) zoom(0);
    else leavePivot();
    tip.hide();
  }
  /* All calls of the node's function, as one. */
  function turnTo(i) {
    if (frame[i] < 0) return;
    const name = nameOf(i);
    pivot = pivot || { focus: focus, current: current };
    calls.textContent = '\u2715 All calls of ' + name;
    calls.title = name + ': back to the profile (Esc)';
    calls.hidden = false;
    app.classList.add('turned');
    use(callsOf(frame[i]));
    zoom(0);
    const at = elements.get(0);
    if (at) at.scrollIntoView({ block: 'center' });
  }
  function leavePivot() {
    if (!pivot) return;
    const back = pivot;
    pivot = null;
    calls.hidden = true;
    app.classList.remove('turned');
    use(everything);
    zoom(back.focus);
    choose(back.current);
  }
  function toWhole() {
    leavePivot();
    zoom(0);
  }

  /* ---- what can be done with a frame ---- */
  const menu = make('div', 'menu');
  menu.setAttribute('role', 'menu');
  menu.hidden = true;
  app.append(menu);
  function copy(text) { navigator.clipboard.writeText(text).then(null, function () { box.say('not copied', 'the browser does not allow it'); }); }
  function stackOf(i) {
    const names = [];
    for (let a = i; a >= 0 && frame[a] >= 0; a = parent[a]) names.push(nameOf(a));
    return (depth[i] < 0 ? names : names.reverse()).join('\n');
  }
  function openMenu(i, x, y) {
    const acts = [
      [i === focus ? 'Zoom out' : 'Zoom in', 'Enter', function () { zoom(i === focus ? 0 : i); }],
      ['All its calls: callers and callees', 'c', function () { turnTo(i); }],
      ['Find it everywhere', '', function () { box.set('(?-i)^' + nameOf(i).replace(/[\\^$.*+?()[\]{}|]/g, '\\$&') + '$'); }]
    ];
    if (navigator.clipboard) {
      acts.push(['Copy its name', 'Ctrl-C', function () { copy(nameOf(i)); }], ['Copy its stack', '', function () { copy(stackOf(i)); }]);
    }
    menu.replaceChildren(make('b', '', nameOf(i)));
    for (const [what, key, act] of acts) {
      const item = make('button', '', what);
      item.setAttribute('role', 'menuitem');
      item.tabIndex = -1;
      if (key) item.append(make('kbd', '', key));
      item.addEventListener('click', function () { closeMenu(); act(); });
      menu.append(item);
    }
    menu.setAttribute('aria-label', nameOf(i));
    tip.hide();
    cprofPage.beside(app, menu, x, y - 18);
    menu.querySelector('button').focus();
  }
  function menuByKey() {
    const e = elementOf(current), r = e && e.getBoundingClientRect();
    if (!e || frame[current] < 0) return false;
    openMenu(current, r.left, r.bottom);
    return true;
  }
  function closeMenu() {
    if (menu.hidden) return;
    menu.hidden = true;
    choose(current);
  }
  menu.addEventListener('keydown', function (event) {
    const items = Array.from(menu.querySelectorAll('button')), at = items.indexOf(document.activeElement);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1 + items.length, Home: 0, End: items.length - 1 }[event.key];
    event.stopPropagation();
    if (to !== undefined) items[to % items.length].focus();
    else if (event.key === 'Escape' || event.key === 'Tab') closeMenu();
    else return;
    event.preventDefault();
  });
  document.addEventListener('pointerdown', function (event) { if (!menu.contains(event.target)) menu.hidden = true; });
  /* With Shift the browser's own menu. */
  chart.addEventListener('contextmenu', function (event) {
    const i = event.shiftKey && event.button === 2 ? -1 : nodeAt(event);
    if (i < 0 || frame[i] < 0) return;
    event.preventDefault();
    choose(i);
    openMenu(i, event.clientX, event.clientY);
  });

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
      chip.dataset.package = p;
      chip.setAttribute('aria-pressed', 'false');
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
  legend.prepend(calls);

  /* ---- start ---- */
  cprofPage.mount(app, document.getElementById('cprof-picture'));
  (function measure() {
    const sample = 'encoding/json.(*decodeState).value', e = make('span', 'f', sample);
    rows.append(e);
    letter = (e.getBoundingClientRect().width - 9) / sample.length || letter;
    e.remove();
  })();
  if (diff) nameChange();
  draw();
  if (flipped) chart.scrollTop = chart.scrollHeight;
})();
