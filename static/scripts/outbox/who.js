// Who is signed in on this page. A copy made for everybody does not say; then whoever was seen last is meant. Every page
// from the server says it anew, also that nobody is.

const REMEMBERED = "civic-me";
const { dataset } = document.body;

function remembered() {
  try {
    return JSON.parse(localStorage.getItem(REMEMBERED)) ?? {};
  } catch {
    return {}; // storage is denied
  }
}

function remember() {
  try {
    if (dataset.me) localStorage.setItem(REMEMBERED, JSON.stringify({ me: dataset.me, mask: dataset.mask }));
    else localStorage.removeItem(REMEMBERED);
  } catch {
    // then nobody is remembered
  }
}

if (dataset.now) remember();

export const isFresh = "now" in dataset; // from the server just now, not a copy
export const { me, mask } = isFresh || dataset.me ? dataset : remembered();
