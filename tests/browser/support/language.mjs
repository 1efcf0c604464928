// Which words stand on a page in a language that they are not marked with (UX7).

/**
 * Vietnamese on a page in English: texts with letters that English has not, under no `lang="vi"`.
 * Proper names are the same in every language.
 */
export const strangeWords = (page, names) =>
  page.evaluate((names) => {
    const vietnamese = /[ăâđêôơưàảãáạằẳẵắặầẩẫấậèẻẽéẹềểễếệìỉĩíịòỏõóọồổỗốộờởỡớợùủũúụừửữứựỳỷỹýỵ]/i;
    const strange = [];
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const { parentElement } = texts.currentNode;
      const data = names.reduce((text, name) => text.replaceAll(name, ""), texts.currentNode.data);
      const language = parentElement.closest("[lang]").lang;
      if (vietnamese.test(data) && language !== "vi" && parentElement.checkVisibility()) strange.push(texts.currentNode.data.trim());
    }
    return strange;
  }, names);
