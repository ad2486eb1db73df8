export {
  applyChatTemplate,
  type ChatMessage,
  type ChatTemplateOptions,
  type RenderedChat,
} from './apply-chat-template.js';
export { encodeChat, type EncodeChatOptions, type EncodedChat } from './encode-chat.js';
export { ashlarTemplate, chatTemplates, chatmlTemplate, llama3Template, qwenTemplate } from './templates.js';
