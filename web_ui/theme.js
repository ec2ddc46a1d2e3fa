// Runs before the first paint, so that a chosen theme never flashes in the other one's colours.
(() => {
  const read = (name) => {
    try {
      return localStorage.getItem(`qna.${name}`);
    } catch {
      return null; // storage is switched off: the system's theme it is
    }
  };
  const theme = read("theme");
  if (theme === "light" || theme === "dark") document.documentElement.dataset.theme = theme;
  if (read("upIsRed") === "true") document.documentElement.dataset.up = "red";
})();
