// What is shown once and goes elsewhere by hand: a token, the address of a calendar. Without this file it is selected by hand.
(() => {
  'use strict';
  const live = document.querySelector('[data-live]');
  document.querySelectorAll('[data-copy-from]').forEach(button => {
    const input = document.getElementById(button.dataset.copyFrom);
    input.addEventListener('focus', () => input.select());
    // copying needs https (or this machine); elsewhere the text is selected, and the keys copy it
    if (!navigator.clipboard) { button.hidden = true; return; }
    button.addEventListener('click', async () => {
      await navigator.clipboard.writeText(input.value);
      button.querySelector('span').textContent = button.dataset.done;
      live.textContent = button.dataset.done;
    });
  });
})();
