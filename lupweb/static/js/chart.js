/* lupweb: org charts. Every page works without this file: what is open, and how large, stands in the address. */
(() => {
  'use strict';
  document.documentElement.classList.add('js'); // chart.css holds the frame at one box without; lup.js comes later
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const live = document.querySelector('[data-live]');
  const say = text => { live.textContent = ''; setTimeout(() => { live.textContent = text; }, 60); };
  const SMALLEST = 30, LARGEST = 200, STEP = 10, SMALLEST_FIT = 80, DRAGGED_PX = 4;
  const chart = document.querySelector('[data-chart]'), outline = document.querySelector('[data-outline]');
  const drawing = () => chart.querySelector('svg');
  const fetched = async href => {
    const answer = await fetch(href);
    if (!answer.ok || answer.redirected) throw new Error(answer.status);
    return new DOMParser().parseFromString(await answer.text(), 'text/html');
  };
  // Whatever else leads on from this page leads on from the part that is shown now.
  const renewLinks = page => {
    const links = within => all('.page__head a, .chart__bar a', within);
    const found = links(page);
    links(document).forEach((link, place) => { if (found[place]) link.href = found[place].getAttribute('href'); });
    document.querySelector('.chart-foot').replaceWith(document.importNode(page.querySelector('.chart-foot'), true));
  };
  addEventListener('popstate', () => location.reload());

  if (outline) document.addEventListener('toggle', async event => {
    const link = event.target.open && event.target.querySelector(':scope > ul > li > [data-load]');
    if (!link) return;
    try {
      const page = await fetched(link.href);
      const team = page.querySelector(`[data-outline] [data-team="${event.target.dataset.team}"] > ul`);
      history.replaceState(null, '', link.href);
      link.closest('ul').replaceWith(document.importNode(team, true));
    } catch { location.assign(link.href); }
  }, true);

  if (!chart) return;

  const name = Object.assign(document.createElement('a'), { className: 'oc-name', tabIndex: -1, ariaHidden: 'true', hidden: true });
  name.append(document.createElement('bdi'));
  chart.append(name);

  // Size. What is in the middle, or under the pointer, stays where it is.
  const label = document.querySelector('[data-zoom] .num');
  const size = () => drawing().viewBox.baseVal;
  const percentNow = () => Math.round(100 * drawing().getBoundingClientRect().width / size().width);
  let percent = null;
  const scale = (wanted, x = chart.clientWidth / 2, y = chart.clientHeight / 2) => {
    const before = percentNow();
    percent = Math.min(LARGEST, Math.max(SMALLEST, wanted));
    name.hidden = true;
    const factor = percent / before, left = chart.scrollLeft, top = chart.scrollTop;
    drawing().setAttribute('width', Math.floor(size().width * percent / 100));
    drawing().setAttribute('height', Math.floor(size().height * percent / 100));
    chart.scrollLeft = (left + x) * factor - x;
    chart.scrollTop = (top + y) * factor - y;
    const link = label.parentElement, said = `${percent}\u00a0%`;
    link.ariaLabel = link.ariaLabel.replace(label.textContent, said);
    label.textContent = said;
  };
  const resize = (...wanted) => {
    scale(...wanted);
    const address = new URL(location);
    if (percent === 100) address.searchParams.delete('zoom'); else address.searchParams.set('zoom', percent);
    history.replaceState(null, '', address);
  };
  all('[data-zoom] [data-step]').forEach(link => link.addEventListener('click', event => {
    event.preventDefault();
    const step = Number(link.dataset.step);
    resize(step ? percentNow() + step * STEP : 100);
    say(label.textContent);
  }));
  chart.addEventListener('wheel', event => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    const box = chart.getBoundingClientRect();
    resize(percentNow() - Math.sign(event.deltaY) * STEP, event.clientX - box.left, event.clientY - box.top);
  }, { passive: false });

  // Moving about: by dragging with a mouse; by finger it scrolls by itself.
  let from = null, isDragged = false;
  chart.addEventListener('dragstart', event => event.preventDefault());
  chart.addEventListener('pointerdown', event => {
    isDragged = false;
    if (event.pointerType !== 'mouse' || event.button) return;
    from = { x: event.clientX, y: event.clientY, left: chart.scrollLeft, top: chart.scrollTop };
  });
  addEventListener('pointermove', event => {
    if (!from) return;
    const x = event.clientX - from.x, y = event.clientY - from.y;
    isDragged = isDragged || Math.hypot(x, y) > DRAGGED_PX;
    if (isDragged) { chart.scrollLeft = from.left - x; chart.scrollTop = from.top - y; }
  });
  addEventListener('pointerup', () => { from = null; });
  addEventListener('pointercancel', () => { from = null; });

  // Arrows go from box to box: to the nearest one in that direction.
  const AHEAD = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
  const middle = box => { const { x, y, width, height } = box.getBoundingClientRect(); return [x + width / 2, y + height / 2]; };
  chart.addEventListener('keydown', event => {
    const ahead = AHEAD[event.key], here = event.target.closest('a[id]');
    if (!ahead || !here || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const [x, y] = middle(here);
    const far = all('a[id]', chart).filter(box => box !== here).map(box => {
      const [bx, by] = middle(box), along = (bx - x) * ahead[0] + (by - y) * ahead[1];
      const beside = Math.abs((bx - x) * ahead[1]) + Math.abs((by - y) * ahead[0]);
      return { box, along, far: along + 2 * beside };
    }).filter(each => each.along > 1).sort((one, other) => one.far - other.far)[0];
    if (far) { far.box.focus({ preventScroll: true }); show(far.box); }
  });

  // Somebody is shown in the middle, as far as the drawing goes.
  const show = box => {
    const inside = box.getBoundingClientRect(), frame = chart.getBoundingClientRect();
    chart.scrollLeft += inside.left - frame.left - (frame.width - inside.width) / 2;
    chart.scrollTop += inside.top - frame.top - (frame.height - inside.height) / 2;
  };

  // A team is opened in place: the box stays where it is on the screen.
  chart.addEventListener('click', async event => {
    const link = event.target.closest('a');
    if (!link) return;
    if (isDragged) { event.preventDefault(); return; }
    const href = link.getAttribute('href'), place = `p${new URL(href, location).searchParams.get('at')}`;
    if (!href.startsWith(location.pathname) || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    const was = (document.getElementById(place) || link).getBoundingClientRect();
    try {
      const page = await fetched(href), zoom = percent || (new URL(href, location).searchParams.has('zoom') ? null : 100);
      drawing().replaceWith(document.importNode(page.querySelector('[data-chart] svg'), true));
      name.hidden = true;
      const lists = page.querySelector('[data-outline]');
      if (lists && outline) outline.replaceChildren(...document.importNode(lists, true).childNodes);
      renewLinks(page);
      history.pushState(null, '', href);
      if (zoom) scale(zoom);
      const box = document.getElementById(place);
      if (!box) return;
      const now = box.getBoundingClientRect(), toggle = box.parentNode.querySelector('[data-toggle]') || box;
      chart.scrollLeft += now.left - was.left;
      chart.scrollTop += now.top - was.top;
      toggle.focus({ preventScroll: true });
      say(toggle.ariaLabel || '');
    } catch { location.assign(href); }
  });

  // The card over a name: a link of its own lies over the name of the box that the pointer is on, for lup.js.
  let box = null;
  const cover = link => {
    const text = link.querySelector('.oc-n').getBoundingClientRect(), frame = chart.getBoundingClientRect();
    box = link;
    name.href = link.getAttribute('href');
    name.firstChild.textContent = link.querySelector('.oc-n').textContent;
    name.hidden = false;
    const places = { left: text.left - frame.left + chart.scrollLeft, top: text.top - frame.top + chart.scrollTop, width: text.width, height: text.height };
    Object.entries(places).forEach(([side, pixels]) => { name.style[side] = `${pixels}px`; });
  };
  chart.addEventListener('pointerover', event => {
    const link = event.pointerType !== 'touch' && event.target.closest('a[id]');
    if (link) cover(link);
  });
  chart.addEventListener('keydown', event => {
    const link = event.key === 'ArrowDown' && event.altKey && event.target.closest('a[id]');
    if (!link) return;
    event.preventDefault();
    cover(link);
    name.dispatchEvent(new KeyboardEvent('keydown', { key: event.key, altKey: true, bubbles: true }));
  });
  name.addEventListener('focus', () => { if (box.isConnected) box.focus({ preventScroll: true }); });

  // The first view: as wide as the frame where that is hardly smaller; the top, and whoever it is about.
  const centre = chart.querySelector('[data-centre]'), top = chart.querySelector('a[id]');
  const fits = Math.floor(100 * chart.clientWidth / size().width);
  if (!new URL(location).searchParams.has('zoom') && fits >= SMALLEST_FIT && fits < 100) scale(fits);
  if (centre && chart.clientWidth) {
    const frame = chart.getBoundingClientRect(), isOutside = () => {
      const inside = centre.getBoundingClientRect();
      return inside.left < frame.left || inside.right > frame.right || inside.bottom > frame.bottom;
    };
    show(top);
    if (centre.dataset.centre === 'asked' || isOutside()) show(centre);
  }
})();
