/* Marks the rows that changed, and asks before leaving them unsaved. */
(() => {
  const form = document.querySelector("form.review");
  let unsaved = false;
  form.addEventListener("input", (event) => {
    unsaved = true;
    event.target.closest(".review-row")?.classList.add("is-changed");
  });
  form.addEventListener("submit", () => { unsaved = false; });
  addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
})();
