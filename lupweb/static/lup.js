/* lupweb: small enhancements. Every page works without this file. No inline handlers, no eval. */
(() => {
  'use strict';
  const root = document.documentElement;
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const live = document.querySelector('[data-live]');
  const say = text => { live.textContent = ''; setTimeout(() => { live.textContent = text; }, 60); };
  root.classList.add('js');

  // Theme. The server reads the cookie and sets data-theme, so that no page flashes.
  all('[data-theme-toggle]').forEach(button => button.addEventListener('click', () => {
    const dark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
    root.dataset.theme = dark ? 'light' : 'dark';
    const secure = location.protocol === 'https:' ? '; secure' : '';
    document.cookie = `theme=${root.dataset.theme}; path=/; max-age=31536000; samesite=lax${secure}`;
    say(dark ? button.dataset.light : button.dataset.dark);
  }));

  // Tooltips. The stylesheet opens them on hover and focus; this adds tap, Escape, time for a
  // pointer that takes a short way round to the bubble, and turning to the side with room.
  const GRACE_MS = 350;
  all('.tip').forEach(tip => {
    const button = tip.querySelector('.tip__btn'), body = tip.querySelector('.tip__body'), bubble = tip.querySelector('.tip__in');
    let leaving, wasShown = false;
    const isShown = () => body.checkVisibility();
    const place = () => {
      tip.classList.remove('tip--down');
      if (bubble.scrollHeight > bubble.clientHeight) bubble.tabIndex = 0; else bubble.removeAttribute('tabindex');
      if (getComputedStyle(body).position === 'fixed') return;
      const mark = button.getBoundingClientRect(), box = body.getBoundingClientRect();
      const above = mark.top - (document.querySelector('.top')?.offsetHeight || 0), below = innerHeight - mark.bottom;
      tip.classList.toggle('tip--down', box.height > above && below > above);
      if (box.right > innerWidth - 8) tip.classList.add('tip--end');
    };
    const show = () => { tip.classList.remove('is-off'); place(); };
    const hide = () => { tip.classList.add('is-off'); tip.classList.remove('is-open', 'is-near'); };
    const isMouse = event => event.pointerType !== 'touch';
    tip.addEventListener('hide', hide);
    tip.addEventListener('pointerenter', event => {
      if (!isMouse(event)) return;
      clearTimeout(leaving);
      if (!tip.classList.contains('is-near')) show();
      tip.classList.remove('is-near');
    });
    tip.addEventListener('pointerleave', event => {
      if (!isMouse(event) || tip.classList.contains('is-off')) return;
      tip.classList.add('is-near');
      clearTimeout(leaving);
      leaving = setTimeout(() => tip.classList.remove('is-near'), GRACE_MS);
    });
    tip.addEventListener('focusin', event => { if (!tip.contains(event.relatedTarget)) show(); });
    tip.addEventListener('focusout', event => { if (!tip.contains(event.relatedTarget)) tip.classList.remove('is-open'); });
    button.addEventListener('pointerdown', event => { wasShown = isMouse(event) ? tip.classList.contains('is-open') : isShown(); });
    button.addEventListener('click', event => {
      const shown = event.detail ? wasShown : isShown();
      if (shown) hide(); else { tip.classList.add('is-open'); show(); }
    });
  });

  const close = menu => {
    const inside = menu.contains(document.activeElement);
    menu.open = false;
    if (inside) menu.querySelector('summary').focus();
  };
  document.addEventListener('keydown', event => {
    if (event.key !== 'Escape') return;
    all('.tip').forEach(tip => tip.dispatchEvent(new Event('hide')));
    all('.menu[open]').forEach(close);
  });
  document.addEventListener('pointerdown', event => {
    all('.menu[open]').forEach(menu => { if (!menu.contains(event.target)) menu.open = false; });
    all('.tip.is-open').forEach(tip => { if (!tip.contains(event.target)) tip.classList.remove('is-open'); });
  });
  document.addEventListener('focusout', event => {
    const menu = event.target.closest('.menu');
    if (menu && event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });

  // A password that its owner may look at.
  all('[data-reveal]').forEach(button => button.addEventListener('click', () => {
    const input = document.getElementById(button.dataset.reveal), { other, otherLabel } = button.dataset;
    input.type = input.type === 'password' ? 'text' : 'password';
    button.dataset.other = button.textContent;
    button.dataset.otherLabel = button.getAttribute('aria-label');
    button.textContent = other;
    button.setAttribute('aria-label', otherLabel);
  }));

  // Copying needs https (or this machine); elsewhere the button is not offered.
  all('[data-copy]').forEach(button => {
    if (!navigator.clipboard) { (button.closest('li') || button).hidden = true; return; }
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(new URL(button.dataset.copy, location.href).href);
      button.querySelector('span').textContent = button.dataset.done;
      say(button.dataset.done);
    });
  });
  all('[data-print]').forEach(button => button.addEventListener('click', () => {
    all('.menu[open]').forEach(close);
    print();
  }));

  // Filters start closed where they stand above the result.
  if (matchMedia('(max-width: 59.99rem)').matches) all('[data-narrow-closed]').forEach(details => { details.open = false; });

  // A part of a page, or nothing where the site sends something else or does not answer.
  const part = async address => {
    try {
      const answer = await fetch(address, { headers: { 'HX-Request': 'true' } });
      const holder = document.createElement('template');
      holder.innerHTML = answer.ok ? await answer.text() : '';
      return holder.content.firstElementChild;
    } catch { return null; }
  };
  const made = (tag, attributes) => {
    const element = document.createElement(tag);
    Object.entries(attributes).forEach(([name, value]) => element.setAttribute(name, value));
    element.hidden = true;
    return element;
  };

  // Suggestions under a search box: a combobox with a list box.
  const FEWEST_LETTERS = 2, TYPING_MS = 150;
  all('[data-suggest]').forEach(input => {
    const { suggest, suggestLabel } = input.dataset;
    const list = made('ul', { id: `${input.id}-list`, class: 'combo__list', role: 'listbox', 'aria-label': suggestLabel });
    let timer, asked = 0, at = -1;
    input.after(list);
    Object.assign(input, { role: 'combobox', ariaAutoComplete: 'list', ariaExpanded: 'false' });
    input.setAttribute('aria-controls', list.id);
    const choose = index => {
      at = index;
      [...list.children].forEach((option, place) => { option.ariaSelected = place === at; });
      const option = list.children[at];
      if (option) { input.setAttribute('aria-activedescendant', option.id); option.scrollIntoView({ block: 'nearest' }); }
      else input.removeAttribute('aria-activedescendant');
    };
    const show = shown => { list.hidden = !shown; input.ariaExpanded = shown; choose(-1); };
    const stop = () => { clearTimeout(timer); asked += 1; show(false); };
    const ask = async () => {
      const number = asked += 1, found = await part(`${suggest}?q=${encodeURIComponent(input.value)}`);
      if (!found || number !== asked) return;
      list.replaceChildren(...found.children);
      [...list.children].forEach((option, place) => { option.id = `${list.id}-${place}`; });
      show(list.children.length > 0);
      say(found.dataset.said);
    };
    const follow = option => {
      if (option.dataset.href) { location.assign(option.dataset.href); return; }
      input.value = option.dataset.value;
      stop();
      input.dispatchEvent(new Event('chosen', { bubbles: true }));
    };
    input.addEventListener('input', () => {
      clearTimeout(timer);
      if (input.value.trim().length < FEWEST_LETTERS) stop(); else timer = setTimeout(ask, TYPING_MS);
    });
    input.addEventListener('keydown', event => {
      const count = list.children.length, step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (event.key === 'Enter' && at < 0) stop();
      else if (event.key === 'Enter') { event.preventDefault(); follow(list.children[at]); }
      else if (event.key === 'Escape' && !list.hidden) { event.preventDefault(); event.stopPropagation(); stop(); }
      else if (step && count && !event.altKey) {
        event.preventDefault();
        if (list.hidden) show(true);
        choose(at < 0 ? (step < 0 ? count - 1 : 0) : (at + step + count) % count);
      }
    });
    input.addEventListener('blur', stop);
    list.addEventListener('pointerdown', event => event.preventDefault());
    list.addEventListener('click', event => follow(event.target.closest('[role=option]')));
  });

  // The card over a name: a pointer that rests on it, or Alt and Down, opens it. Touch follows the link.
  const HOVER_MS = 400, kept = new Map(), over = made('div', { class: 'over', role: 'group' });
  let named, opening, closing;
  document.getElementById('main').append(over);
  const nameAt = target => {
    const link = target.closest('a[href^="/people/"]');
    return link && /^\/people\/[^/]+$/.test(link.pathname) && !over.contains(link) && link;
  };
  const hideCard = () => {
    clearTimeout(opening);
    const inside = over.contains(document.activeElement);
    over.hidden = true;
    if (inside) named.focus();
  };
  const showCard = async (link, byKey) => {
    const { pathname } = link;
    if (!kept.has(pathname)) kept.set(pathname, await part(`${pathname}/card`));
    if (!kept.get(pathname) || !(byKey || link.matches(':hover'))) return;
    clearTimeout(closing);
    named = link;
    over.replaceChildren(kept.get(pathname));
    over.ariaLabel = link.textContent;
    over.hidden = false;
    const name = link.querySelector('bdi').getBoundingClientRect(), box = over.getBoundingClientRect();
    const below = name.bottom + box.height + 8 < innerHeight || name.top < box.height + 68;
    over.style.left = `${Math.max(8, Math.min(name.left, root.clientWidth - box.width - 8)) + scrollX}px`;
    over.style.top = `${(below ? name.bottom + 4 : name.top - box.height - 4) + scrollY}px`;
    if (byKey) over.querySelector('a').focus();
  };
  document.addEventListener('pointerover', ({ target, pointerType }) => {
    const link = pointerType !== 'touch' && target.closest('bdi') && nameAt(target);
    clearTimeout(opening);
    if (link || over.contains(target)) clearTimeout(closing);
    if (over.contains(target) || (link === named && !over.hidden)) return;
    if (link) opening = setTimeout(showCard, HOVER_MS, link);
    else if (!over.contains(document.activeElement)) { clearTimeout(closing); closing = setTimeout(hideCard, GRACE_MS); }
  });
  document.addEventListener('pointerdown', event => { if (!over.contains(event.target)) hideCard(); });
  document.addEventListener('keydown', event => {
    const { target, key } = event, links = all('a', over);
    if (key === 'ArrowDown' && event.altKey && nameAt(target) && target.querySelector('bdi')) { event.preventDefault(); showCard(target, true); }
    else if (key === 'Escape') hideCard();
    else if (key === 'Tab' && target === links.at(event.shiftKey ? 0 : -1)) {
      if (event.shiftKey) event.preventDefault();
      hideCard();
    }
  });

  // A long list of options is narrowed by typing. What is typed there is no answer of the form.
  const folded = text => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const narrows = event => event.target.matches('[data-narrows]');
  document.addEventListener('input', event => {
    if (narrows(event)) all('li', document.getElementById(event.target.dataset.narrows)).forEach(item => {
      item.hidden = !folded(item.textContent).includes(folded(event.target.value));
    });
  });
  document.addEventListener('change', event => { if (narrows(event)) event.stopPropagation(); }, true);
  document.addEventListener('keydown', event => { if (event.key === 'Enter' && narrows(event)) event.preventDefault(); });

  // Results that htmx puts in place: what was open stays open, and the number is said.
  const away = document.querySelector('[data-away]');
  if (window.htmx && away) {
    let open = [];
    root.classList.add('hx');
    document.addEventListener('htmx:beforeSwap', event => { open = all('details[id]', event.detail.target).map(each => [each.id, each.open]); });
    document.addEventListener('htmx:afterSwap', () => {
      const found = document.getElementById('found');
      open.forEach(([id, was]) => { const details = document.getElementById(id); if (details) details.open = was; });
      away.hidden = true;
      say(found.textContent);
      if (document.activeElement === document.body) found.focus({ preventScroll: true });
    });
    document.addEventListener('htmx:responseError', event => location.assign(event.detail.pathInfo.finalRequestPath));
    document.addEventListener('htmx:sendError', () => { away.hidden = false; say(away.textContent); });
  }

  document.addEventListener('keydown', event => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest('input, textarea, select, [contenteditable]')) return;
    const search = document.querySelector('[data-hotkey="/"]');
    if (search) { event.preventDefault(); search.focus(); search.select(); }
  });
})();
