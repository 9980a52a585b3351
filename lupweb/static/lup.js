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
  all('.menu').forEach(menu => menu.addEventListener('focusout', event => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  }));

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

  document.addEventListener('keydown', event => {
    if (event.key !== '/' || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target.closest('input, textarea, select, [contenteditable]')) return;
    const search = document.querySelector('[data-hotkey="/"]');
    if (search) { event.preventDefault(); search.focus(); search.select(); }
  });
})();
