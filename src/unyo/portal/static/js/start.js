// What every page needs of scripts. Each piece works on elements that say by data- attributes what they want.
"use strict";
document.documentElement.dataset.scripts = "";
// Keys that belong to an input method: Safari tells the one that ends a composition only by its number.
const isComposing = (event) => event.isComposing || event.keyCode === 229;
