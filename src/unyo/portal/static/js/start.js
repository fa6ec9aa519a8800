// What every page needs of scripts. Each piece works on elements that say by data- attributes what they want.
"use strict";
